import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const POST = vi.fn()
vi.mock('@/api/client', () => ({ api: () => ({ POST }) }))

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  POST.mockReset()
})

async function telling() {
  return (await import('./opening')).tellOpened
}

test('tells what was searched for and opened', async () => {
  POST.mockResolvedValue({ data: { noted: true } })
  const tellOpened = await telling()
  await tellOpened('a', ' 空港 ')
  await tellOpened('b', '字'.repeat(300))
  expect(POST.mock.calls.map(([, sent]) => sent.body.q)).toEqual(['空港', '字'.repeat(200)])
  expect(POST.mock.calls[0]?.[1].params.path).toEqual({ document_id: 'a' })
})

test('tells nothing without a query, and nothing more where nobody learns from it', async () => {
  POST.mockResolvedValue({ data: { noted: false } })
  const tellOpened = await telling()
  await tellOpened('a', '  ')
  await tellOpened('a', '空港')
  await tellOpened('b', '日当')
  expect(POST).toHaveBeenCalledTimes(1)
})

test('leaves a failure alone, and tells the next one', async () => {
  POST.mockRejectedValueOnce(new Error('offline')).mockResolvedValue({ data: { noted: true } })
  const tellOpened = await telling()
  await tellOpened('a', '空港')
  await tellOpened('b', '日当')
  expect(POST).toHaveBeenCalledTimes(2)
})
