import { answer, api, type Models } from '@/api/client'
import type { Question } from './question'

export const HITS_ON_A_PAGE = 10
const FACETS_AT_MOST = 7
const PARTS = 'name,title,score,snippet,title_highlights,section'

/** Asks the API; the answer is one page of hits. */
export function search(
  question: Question,
  facets: string[],
  signal: AbortSignal,
): Promise<Models['SearchAnswer']> {
  return answer(
    api().GET('/search', {
      params: { query: { ...parameters(question), facet: facets, fields: [PARTS] } },
      signal,
    }),
  )
}

/** Asks for the same page once more, to tell how each score came about; by document id. */
export async function explain(
  question: Question,
  signal: AbortSignal,
): Promise<Map<string, Models['Explanation']>> {
  const answered = await answer(
    api().GET('/search', {
      params: { query: { ...parameters(question), explain: true, fields: ['score'] } },
      signal,
    }),
  )
  return new Map(
    answered.hits.flatMap((hit) => (hit.explanation ? [[hit.document_id, hit.explanation]] : [])),
  )
}

/** Which fields are worth counting: every document's, and those that many documents bring. */
export function facetsOf(fields: Models['FieldInfo'][]): string[] {
  const brought = fields
    .filter((field) => field.is_metadata && field.kinds.some((one) => one.kind !== 'number'))
    .sort((a, b) => documentCount(b) - documentCount(a))
    .map((field) => field.name)
  return ['folder', 'type', ...brought].slice(0, FACETS_AT_MOST)
}

/** Which orders can be chosen beside the score. */
export function ordersOf(fields: Models['FieldInfo'][]): string[] {
  const moments = fields
    .filter((field) => field.kinds.some((one) => one.kind === 'date' || one.kind === 'time'))
    .map((field) => field.name)
  return [...moments.flatMap((name) => [`-${name}`, name]), 'title', 'name', '-size_bytes']
}

function documentCount(field: Models['FieldInfo']): number {
  return field.kinds.reduce((sum, kind) => sum + kind.document_count, 0)
}

function parameters(question: Question) {
  return {
    q: question.q,
    limit: HITS_ON_A_PAGE,
    filter: question.filters,
    ...(question.mode ? { mode: question.mode } : {}),
    ...(question.sort ? { sort: question.sort } : {}),
    ...(question.cursor ? { cursor: question.cursor } : {}),
  }
}
