import { describe, expect, it, vi } from 'vitest'
import { Unreachable } from '@/api/problems'
import type { Chosen } from './files'
import { type Looked, type Send, type Sent, useQueue } from './queue'

function chosen(name: string, bytes = 3): Chosen {
  return { file: new File(['x'.repeat(bytes)], name), name }
}

const SENT = { documentId: 'id', at: '2026-11-27T15:00:00.000Z' }

function looked(state: 'indexed' | 'quarantined', updatedAt = '2999-01-01T00:00:00Z'): Looked {
  return new Map([['id', { state, reason: null, updatedAt }]])
}

describe('the queue of uploads', () => {
  it('sends three files at a time and then the others', async () => {
    const endings: (() => void)[] = []
    const send: Send = () => new Promise((resolve) => endings.push(() => resolve(SENT)))
    const queue = useQueue(send)
    queue.add(['a.txt', 'b.txt', 'c.txt', 'd.txt'].map((name) => chosen(name)))
    expect(queue.items.value.map((one) => one.stage)).toEqual([
      'sending',
      'sending',
      'sending',
      'waiting',
    ])
    endings[0]?.()
    await vi.waitFor(() => expect(queue.items.value[3]?.stage).toBe('sending'))
  })

  it('refuses what the service would, without sending anything', () => {
    const send = vi.fn()
    const queue = useQueue(send)
    queue.add([chosen('photo.heic'), chosen('empty.txt', 0)])
    expect(queue.items.value.map((one) => one.reason?.code)).toEqual([
      'unsupported-document',
      'empty-document',
    ])
    expect(send).not.toHaveBeenCalled()
  })

  it('keeps a file whose way was cut off, and tries it again on demand', async () => {
    const outcomes: (() => Promise<Sent>)[] = [
      () => Promise.reject(new Unreachable('gone')),
      () => Promise.resolve(SENT),
    ]
    const queue = useQueue(() => outcomes.shift()?.() ?? Promise.reject(new Error('too often')))
    queue.add([chosen('a.txt')])
    await vi.waitFor(() => expect(queue.items.value[0]?.stage).toBe('failed'))
    const [item] = queue.items.value
    if (item) queue.retry(item)
    await vi.waitFor(() => expect(queue.items.value[0]?.stage).toBe('received'))
  })

  it('follows a document until it can be found', async () => {
    const queue = useQueue(async () => SENT)
    queue.add([chosen('a.txt')])
    await vi.waitFor(() => expect(queue.isAwaited.value).toBe(true))
    queue.look(looked('indexed'))
    expect([queue.items.value[0]?.stage, queue.isAwaited.value]).toEqual(['indexed', false])
  })

  it('does not take an earlier upload of the same name for this one', async () => {
    const queue = useQueue(async () => SENT)
    queue.add([chosen('a.txt')])
    await vi.waitFor(() => expect(queue.isAwaited.value).toBe(true))
    queue.look(looked('indexed', '2020-01-01T00:00:00Z'))
    expect(queue.items.value[0]?.stage).toBe('received')
  })
})
