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

/** Fetches a page of the ledger; the newest state of every document. */
export function listDocuments(
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Models['DocumentList']> {
  return answer(
    api().GET('/documents', {
      params: { query: { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) } },
      ...(signal ? { signal } : {}),
    }),
  )
}
