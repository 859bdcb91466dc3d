import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { Unreachable } from '@/api/problems'
import { type Loading, useLoading } from './loading'

let scope: EffectScope

beforeEach(() => {
  vi.useFakeTimers()
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

function loading<T>(fetch: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const made = scope.run(() => useLoading(fetch))
  if (!made) throw new Error('the scope has ended')
  return made
}

describe('loading', () => {
  it('shows no placeholder for what comes at once', async () => {
    const one = loading(async () => 'answer')
    await one.load()
    expect([one.data.value, one.isPending.value]).toEqual(['answer', false])
  })

  it('shows a placeholder after a moment, and says so when it is slow', async () => {
    const one = loading(() => new Promise(() => {}))
    void one.load()
    expect(one.isPending.value).toBe(false)
    await vi.advanceTimersByTimeAsync(250)
    expect([one.isPending.value, one.isSlow.value]).toEqual([true, false])
    await vi.advanceTimersByTimeAsync(4000)
    expect(one.isSlow.value).toBe(true)
  })

  it('shows the answer to the newest question, whichever comes last', async () => {
    const answers: ((text: string) => void)[] = []
    const one = loading(() => new Promise<string>((resolve) => answers.push(resolve)))
    const first = one.load()
    const second = one.load()
    answers[1]?.('new')
    answers[0]?.('old')
    await Promise.all([first, second])
    expect(one.data.value).toBe('new')
  })

  it('asks again by itself once the browser is online', async () => {
    let calls = 0
    const one = loading(async () => {
      calls += 1
      if (calls === 1) throw new Unreachable('nothing answers')
      return 'answer'
    })
    await one.load()
    expect(one.error.value).toBeInstanceOf(Unreachable)
    window.dispatchEvent(new Event('offline'))
    await vi.advanceTimersByTimeAsync(0)
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect([one.data.value, one.error.value]).toEqual(['answer', null])
  })

  it('forgets an error with the next answer', async () => {
    const outcomes = [Promise.reject(new Error('no')), Promise.resolve('yes')]
    const one = loading(() => outcomes.shift() as Promise<string>)
    await one.load()
    await one.load()
    expect([one.data.value, one.error.value]).toEqual(['yes', null])
  })
})
