import { answer, api, type Models } from '@/api/client'
import { markedTexts, cut } from '@/search/marks'
import type { Question } from '@/search/question'
import { writeValue } from '@/search/filters'

/** A document beside the question that led to it. */
export interface Reading {
  document: Models['DocumentAnswer']
  metadata: Record<string, (string | number | boolean)[]>
  /** What the question's words look like in this document. */
  marked: string[]
  /** The passage that is closest to the question; null without a question or a model. */
  closest: Models['Snippet'] | null
}

/** Fetches a document, its metadata, and what of it answers the question. */
export async function read(id: string, question: Question, signal: AbortSignal): Promise<Reading> {
  const document = await answer(
    api().GET('/documents/{document_id}', { params: { path: { document_id: id } }, signal }),
  )
  const q = question.q.trim()
  const [hit, byMeaning] = await Promise.all([
    hitOf(document, { q, ...(q ? { mode: 'words' } : {}) }, signal),
    q && question.mode !== 'words'
      ? hitOf(document, { q, mode: 'meaning' }, signal).catch(() => null)
      : null,
  ])
  return {
    document,
    metadata: hit?.metadata ?? {},
    marked: q ? markedIn(hit) : [],
    closest: byMeaning?.snippet ?? null,
  }
}

type Asked = { q: string; mode?: 'words' | 'meaning' }

/** Searches this one document: only so its fields and highlights are told. */
async function hitOf(
  document: Models['DocumentAnswer'],
  asked: Asked,
  signal: AbortSignal,
): Promise<Models['Hit'] | null> {
  const find = async (one: Asked) => {
    const answered = await answer(
      api().GET('/search', {
        params: {
          query: {
            ...one,
            filter: [`name:${writeValue(document.name)}`],
            fields: ['snippet,title_highlights,metadata,title'],
            limit: 5,
          },
        },
        signal,
      }),
    )
    return answered.hits.find((hit) => hit.document_id === document.document_id) ?? null
  }
  // A document found by meaning alone has none of the words; its fields are wanted all the same.
  return (await find(asked)) ?? (asked.mode === 'words' ? find({ q: '' }) : null)
}

function markedIn(hit: Models['Hit'] | null): string[] {
  const fragments = hit?.snippet ? [hit.snippet, ...(hit.snippet.more ?? [])] : []
  const title = hit?.title ? markedTexts(cut(hit.title, hit.title_highlights ?? [])) : []
  return [
    ...new Set([
      ...title,
      ...fragments.flatMap((one) => markedTexts(cut(one.text, one.highlights, one.start))),
    ]),
  ]
}
