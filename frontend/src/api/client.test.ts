import { afterEach, describe, expect, it, vi } from 'vitest'
import { answer, api, connect } from './client'
import { ApiProblem, Unreachable } from './problems'

afterEach(() => vi.unstubAllGlobals())

function serve(...answers: (() => Response | Promise<Response>)[]): Request[] {
  const requests: Request[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    requests.push(request)
    const next = answers.shift()
    if (!next) throw new Error('nobody expected this request')
    return next()
  })
  connect('http://api.test', { token: async () => 'first', tokenInsteadOf: async () => 'second' })
  return requests
}

const ask = () => answer(api().GET('/synonyms'))

describe('asking the API', () => {
  it('asks with the person’s token', async () => {
    const requests = serve(() => Response.json({ text: '' }))
    await ask()
    expect(requests[0]?.headers.get('Authorization')).toBe('Bearer first')
  })

  it('asks once more with another token where one was refused, body and all', async () => {
    const requests = serve(
      () => Response.json({ message: 'Unauthorized' }, { status: 401 }),
      () => Response.json({ text: 'a, b' }),
    )
    await answer(api().PUT('/synonyms', { body: { text: 'a, b' } }))
    expect(requests[1]?.headers.get('Authorization')).toBe('Bearer second')
    expect(await requests[1]?.json()).toEqual({ text: 'a, b' })
  })

  it('tells a problem with its code', async () => {
    serve(() => Response.json({ code: 'model-not-ready', detail: 'none yet' }, { status: 409 }))
    await expect(ask()).rejects.toMatchObject({
      status: 409,
      code: 'model-not-ready',
      detail: 'none yet',
    })
  })

  it('tells of the gateway’s own refusals too, which have no code', async () => {
    serve(
      () =>
        new Response('{"message": "Too Many Requests"}', {
          status: 429,
          headers: { 'Retry-After': '3' },
        }),
    )
    const problem = await ask().catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({ code: 'throttled', retryAfter: 3 })
  })

  it('tells when nothing answers', async () => {
    serve(() => Promise.reject(new TypeError('Failed to fetch')))
    await expect(ask()).rejects.toBeInstanceOf(Unreachable)
  })

  it('repeats a field for each of its values', async () => {
    const requests = serve(() => Response.json({}))
    await answer(api().GET('/search', { params: { query: { filter: ['type:pdf', 'tag:"あ"'] } } }))
    expect(new URL(requests[0]?.url ?? '').searchParams.getAll('filter')).toEqual([
      'type:pdf',
      'tag:"あ"',
    ])
  })
})
