import { answer, api, type Models } from '@/api/client'
import { ApiProblem } from '@/api/problems'
import type { Chosen } from './files'
import type { Looked, Send } from './queue'
import { put } from './transfer'

/** The bytes of a part; a file that is no larger goes in one piece. */
const PART_BYTES = 5_242_880
const IDS_AT_A_TIME = 100
const KEY = 'kotogura.upload.'

/** Puts a file straight into the bucket, by presigned URLs: its bytes never pass through the API. */
export const send: Send = (chosen, onProgress, signal) =>
  chosen.file.size > PART_BYTES
    ? sendInParts(chosen, onProgress, signal)
    : sendWhole(chosen, onProgress, signal)

const sendWhole: Send = async ({ file, name }, onProgress, signal) => {
  const asked = await api().POST('/documents', { body: { name, size_bytes: file.size }, signal })
  const upload = await answer(Promise.resolve(asked))
  await put(upload.url, file, onProgress, signal)
  return { documentId: upload.document_id, at: clockOf(asked.response) }
}

/** What was cut off goes on where it was, even after the page was closed: S3 keeps the parts. */
const sendInParts: Send = async (chosen, onProgress, signal) => {
  const upload = (await resumed(chosen, signal)) ?? (await begun(chosen, signal))
  let sentBytes = upload.parts
    .filter((part) => part.url === null)
    .reduce((sum, part) => sum + part.size_bytes, 0)
  for (const part of upload.parts) {
    if (part.url === null) continue
    const before = sentBytes
    const bytes = chosen.file.slice(part.start, part.start + part.size_bytes)
    await put(part.url, bytes, (sent) => onProgress(before + sent), signal)
    sentBytes = before + part.size_bytes
  }
  const asked = await api().POST('/uploads/{upload_id}/complete', {
    params: { path: { upload_id: upload.upload_id } },
    signal,
  })
  const done = await answer(Promise.resolve(asked))
  localStorage.removeItem(keyOf(chosen))
  return { documentId: done.document_id, at: clockOf(asked.response) }
}

async function begun(chosen: Chosen, signal: AbortSignal): Promise<Models['UploadView']> {
  const upload = await answer(
    api().POST('/uploads', { body: { name: chosen.name, size_bytes: chosen.file.size }, signal }),
  )
  localStorage.setItem(keyOf(chosen), upload.upload_id)
  return upload
}

/** Finds what was begun of this very file, with fresh addresses for what is missing. */
async function resumed(chosen: Chosen, signal: AbortSignal): Promise<Models['UploadView'] | null> {
  const id = localStorage.getItem(keyOf(chosen))
  if (id === null) return null
  try {
    return await answer(
      api().GET('/uploads/{upload_id}', { params: { path: { upload_id: id } }, signal }),
    )
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error
    localStorage.removeItem(keyOf(chosen))
    return null
  }
}

function keyOf({ file, name }: Chosen): string {
  return `${KEY}${file.size}.${file.lastModified}.${name}`
}

/** When the service answered, by its own clock: this machine's may be wrong. */
function clockOf(response: Response): string {
  const date = response.headers.get('Date')
  return (date ? new Date(date) : new Date()).toISOString()
}

/** Looks up how far documents are; those whose event has not come yet are left out. */
export async function lookUp(documentIds: string[]): Promise<Looked> {
  const looked: Looked = new Map()
  for (let from = 0; from < documentIds.length; from += IDS_AT_A_TIME) {
    const ids = documentIds.slice(from, from + IDS_AT_A_TIME)
    const { documents } = await answer(api().GET('/documents', { params: { query: { ids } } }))
    for (const one of documents) {
      looked.set(one.document_id, {
        state: one.state,
        reason: one.reason,
        updatedAt: one.updated_at,
      })
    }
  }
  return looked
}
