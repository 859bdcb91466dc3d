import { answer, api, type Models } from '@/api/client'

export type DocumentState = Models['DocumentView']['state']

/** How a state is coloured. */
export const BADGES: Record<DocumentState, string> = {
  received: 'accent',
  indexed: 'good',
  unpacked: 'good',
  quarantined: 'danger',
  deleted: '',
}

export const PAGE_SIZE = 50

/** What of the ledger is wanted. */
export interface Wanted {
  states: DocumentState[]
  /** How the name begins. */
  prefix: string
  cursor: string | null
}

/** Pages that the API may answer empty, with more behind them, before a person is bothered. */
const EMPTY_PAGES = 20

/** Fetches a page of the ledger; the newest state of every document. */
export async function listDocuments(
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Models['DocumentList']> {
  let cursor = wanted.cursor
  for (let page = 0; ; page += 1) {
    const list = await answer(
      api().GET('/documents', {
        params: {
          query: {
            limit: PAGE_SIZE,
            state: wanted.states,
            prefix: wanted.prefix,
            ...(cursor ? { cursor } : {}),
          },
        },
        signal,
      }),
    )
    if (list.documents.length > 0 || list.cursor === null || page === EMPTY_PAGES) return list
    cursor = list.cursor
  }
}

/** Downloads the file as it was uploaded. */
export async function download(documentId: string): Promise<void> {
  const original = await answer(
    api().GET('/documents/{document_id}/original', {
      params: { path: { document_id: documentId } },
    }),
  )
  location.assign(original.url)
}
