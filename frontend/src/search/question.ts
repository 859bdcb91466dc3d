import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export const MODES = ['both', 'words', 'meaning'] as const
export type Mode = (typeof MODES)[number]

/** What is asked for; all of it stands in the page's address, so that it can be shared. */
export interface Question {
  q: string
  /** Null: as the service decides, by both once there is a model. */
  mode: Mode | null
  filters: string[]
  /** Null: by score, or by name where nothing is searched for. */
  sort: string | null
  /** Where the page begins; null on the first one. */
  cursor: string | null
  /** Counted from 1, to be shown. */
  page: number
}

export const BLANK: Question = { q: '', mode: null, filters: [], sort: null, cursor: null, page: 1 }

/** Reads an address's query; whatever makes no sense there is left out. */
export function readQuestion(query: LocationQuery): Question {
  const cursor = single(query.cursor)
  const page = Number(single(query.page))
  return {
    q: single(query.q) ?? '',
    mode: MODES.find((mode) => mode === single(query.mode)) ?? null,
    filters: [query.filter].flat().filter((filter): filter is string => Boolean(filter)),
    sort: single(query.sort),
    cursor,
    page: cursor !== null && Number.isInteger(page) && page > 1 ? page : 1,
  }
}

/** Writes a question as an address's query; defaults are left out. */
export function writeQuestion(question: Question): LocationQueryRaw {
  return {
    ...(question.q ? { q: question.q } : {}),
    ...(question.mode ? { mode: question.mode } : {}),
    ...(question.filters.length ? { filter: question.filters } : {}),
    ...(question.sort ? { sort: question.sort } : {}),
    ...(question.cursor ? { cursor: question.cursor, page: String(question.page) } : {}),
  }
}

/** Changes a question; it then begins at its first page. */
export function changed(question: Question, changes: Partial<Question>): Question {
  return { ...question, cursor: null, page: 1, ...changes }
}

/** Whether nothing is asked for: the page then only offers to search. */
export function isBlank(question: Question): boolean {
  return !question.q.trim() && question.filters.length === 0 && question.sort === null
}

function single(value: LocationQuery[string] | undefined): string | null {
  const first = Array.isArray(value) ? value[0] : value
  return first ?? null
}
