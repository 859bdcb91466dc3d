/** A problem that the API told of, as RFC 9457 has it. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    /** What programs decide by, such as `model-not-ready`. */
    readonly code: string,
    /** One line for a person, in English. */
    readonly detail: string,
    /** Seconds after which asking again may help. */
    readonly retryAfter: number | null = null,
    /** Where a query's syntax is broken, in code points from 1. */
    readonly column: number | null = null,
  ) {
    super(detail)
  }
}

/** Nothing answered: offline, or the service can't be reached. */
export class Unreachable extends Error {}

/** Makes a problem of whatever body came with a status of 400 or more. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const wait = Number(response.headers.get('Retry-After'))
  return new ApiProblem(
    response.status,
    typeof fields.code === 'string' ? fields.code : codeOf(response.status),
    typeof fields.detail === 'string' ? fields.detail : String(fields.message ?? ''),
    wait > 0 ? wait : null,
    typeof fields.column === 'number' ? fields.column : null,
  )
}

/** The gateway's own refusals have no code. */
function codeOf(status: number): string {
  if (status === 401) return 'unauthenticated'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unavailable' : 'invalid-argument'
}
