import { answer, api } from '@/api/client'
import { listDocuments } from '@/documents/library'
import type { Looked, Send } from './queue'
import { put } from './transfer'

/** Asks for a presigned URL and puts the file there: its bytes never pass through the API. */
export const send: Send = async ({ file, name }, onProgress, signal) => {
  const asked = await api().POST('/documents', { body: { name, size_bytes: file.size }, signal })
  const upload = await answer(Promise.resolve(asked))
  await put(upload.url, file, onProgress, signal)
  const clock = asked.response.headers.get('Date')
  return {
    documentId: upload.document_id,
    at: (clock ? new Date(clock) : new Date()).toISOString(),
  }
}

/** Looks up the states of documents, a page of the ledger after the other until all are found. */
export async function lookUp(documentIds: string[]): Promise<Looked> {
  const wanted = new Set(documentIds)
  const looked: Looked = new Map()
  let cursor: string | null = null
  do {
    const page = await listDocuments(cursor)
    for (const one of page.documents) {
      if (!wanted.delete(one.document_id)) continue
      looked.set(one.document_id, {
        state: one.state,
        reason: one.reason,
        updatedAt: one.updated_at,
      })
    }
    cursor = page.cursor
  } while (cursor !== null && wanted.size > 0)
  return looked
}
