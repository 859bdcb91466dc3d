import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '@/api/client'
import { Unreachable } from '@/api/problems'
import { send } from './sending'
import { put } from './transfer'

vi.mock('./transfer', () => ({ put: vi.fn() }))

const PART = 5_242_880
const SIZE = PART + 10
const chosen = {
  file: new File([new Uint8Array(SIZE)], 'manual.pdf', { lastModified: 1 }),
  name: 'manual.pdf',
}
const signal = new AbortController().signal

function upload(sentParts: number[]) {
  const part = (number: number, start: number, size_bytes: number) => ({
    number,
    start,
    size_bytes,
    url: sentParts.includes(number) ? null : `http://bucket.test/${number}`,
  })
  const parts = [part(1, 0, PART), part(2, PART, 10)]
  return { upload_id: 'u1', document_id: 'd1', name: chosen.name, size_bytes: SIZE, parts }
}

let asked: string[]

function serve(answers: Record<string, () => Response>): void {
  vi.stubGlobal('fetch', async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`
    asked.push(what)
    const answer = answers[what]
    if (!answer) throw new Error(`nobody expected ${what}`)
    return answer()
  })
}

beforeEach(() => {
  asked = []
  localStorage.clear()
  vi.mocked(put).mockReset().mockResolvedValue(null)
  connect('http://api.test', { token: async () => 'token', tokenInsteadOf: async () => 'other' })
})
afterEach(() => vi.unstubAllGlobals())

const DONE = {
  'POST /uploads/u1/complete': () =>
    Response.json({ document_id: 'd1', name: 'manual.pdf' }, { status: 202 }),
}

describe('a large file', () => {
  it('goes in parts and is put together', async () => {
    serve({ 'POST /uploads': () => Response.json(upload([]), { status: 201 }), ...DONE })
    const progress: number[] = []
    vi.mocked(put).mockImplementation(async (_, body, onProgress) => {
      onProgress(body.size)
      return null
    })
    expect(await send(chosen, (bytes) => progress.push(bytes), signal)).toMatchObject({
      documentId: 'd1',
    })
    expect(progress).toEqual([PART, SIZE])
  })

  it('goes on after a break with the parts that are missing', async () => {
    serve({ 'POST /uploads': () => Response.json(upload([]), { status: 201 }) })
    vi.mocked(put).mockResolvedValueOnce(null).mockRejectedValueOnce(new Unreachable('gone'))
    await expect(send(chosen, () => {}, signal)).rejects.toBeInstanceOf(Unreachable)

    serve({ 'GET /uploads/u1': () => Response.json(upload([1])), ...DONE })
    vi.mocked(put).mockClear()
    await send(chosen, () => {}, signal)
    expect(vi.mocked(put).mock.calls.map(([url]) => url)).toEqual(['http://bucket.test/2'])
  })

  it('begins anew where the store has forgotten what was begun', async () => {
    serve({ 'POST /uploads': () => Response.json(upload([]), { status: 201 }) })
    vi.mocked(put).mockRejectedValueOnce(new Unreachable('gone'))
    await send(chosen, () => {}, signal).catch(() => {})

    serve({
      'GET /uploads/u1': () => Response.json({ code: 'upload-not-found' }, { status: 404 }),
      'POST /uploads': () => Response.json(upload([]), { status: 201 }),
      ...DONE,
    })
    await send(chosen, () => {}, signal)
    expect(asked.slice(-3)).toEqual([
      'GET /uploads/u1',
      'POST /uploads',
      'POST /uploads/u1/complete',
    ])
  })
})

it('sends a small file in one piece, and tells when by the service’s clock', async () => {
  serve({
    'POST /documents': () =>
      Response.json(
        { document_id: 'd2', url: 'http://bucket.test/whole' },
        { status: 201, headers: { Date: 'Fri, 27 Nov 2026 15:00:00 GMT' } },
      ),
  })
  const small = { file: new File(['あ'], 'a.txt'), name: 'a.txt' }
  expect(await send(small, () => {}, signal)).toEqual({
    documentId: 'd2',
    at: '2026-11-27T15:00:00.000Z',
  })
})
