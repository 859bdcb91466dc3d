import createClient, { type Client, type FetchResponse } from 'openapi-fetch'
import type { Readable } from 'openapi-typescript-helpers'
import { problemOf, Unreachable } from './problems'
import type { components, paths } from './schema'

/** The models of the OpenAPI document, by name, as answers have them. */
export type Models = { [Name in keyof Schemas]: Readable<Schemas[Name]> }
type Schemas = components['schemas']

/** Who has access tokens; `Session` does. */
export interface TokenSource {
  token(): Promise<string>
  tokenInsteadOf(refused: string): Promise<string>
}

let client: Client<paths> | null = null

/** Says where the API is, and whose tokens to use; before anything is asked. */
export function connect(baseUrl: string, tokens: TokenSource): void {
  client = createClient<paths>({ baseUrl, fetch: (request) => send(request, tokens) })
}

/** The API, each path typed by the OpenAPI document. */
export function api(): Client<paths> {
  if (client === null) throw new Error('connect() comes first')
  return client
}

/**
 * Returns what an operation answers.
 *
 * Throws `ApiProblem` where the API refuses, `Unreachable` where nothing answers, and the
 * `AbortError` of a request that was called off.
 */
export async function answer<
  T extends Record<string | number, unknown>,
  O,
  M extends `${string}/${string}`,
>(call: Promise<FetchResponse<T, O, M>>): Promise<NonNullable<FetchResponse<T, O, M>['data']>> {
  const { data, error, response } = await call
  if (!response.ok) throw problemOf(response, error)
  return data as NonNullable<typeof data>
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** Sends a request with a token, and once more with another where the first was refused. */
async function send(request: Request, tokens: TokenSource): Promise<Response> {
  const token = await tokens.token()
  const again = request.clone()
  const response = await reach(authorized(request, token))
  if (response.status !== 401) return response
  return reach(authorized(again, await tokens.tokenInsteadOf(token)))
}

function authorized(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`)
  return request
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (isAbort(error)) throw error
    throw new Unreachable('nothing answers', { cause: error })
  }
}
