import { api } from '@/api/client'

/** Whether the tenant's model learns from what is opened, as far as this page has been told. */
let isWanted = true

/** Tells that a document was opened that a search had found; nobody waits for it. */
export async function tellOpened(documentId: string, query: string): Promise<void> {
  const q = query.trim().slice(0, 200)
  if (!isWanted || !q) return
  try {
    const { data } = await api().POST('/documents/{document_id}/opened', {
      params: { path: { document_id: documentId } },
      body: { q },
    })
    isWanted = data?.noted ?? true
  } catch {
    // What isn't told is learned another time.
  }
}
