import { describe, expect, it } from 'vitest'
import { daysFrom, quickest } from './days'

describe('the days of usage', () => {
  it('end today and begin so many days before, in UTC', () => {
    expect(daysFrom(7, new Date('2026-03-03T00:30:00Z'))).toEqual({
      from: '2026-02-25',
      to: '2026-03-03',
    })
  })

  it('tell how quick the mode is that people use', () => {
    const rare = { mode: 'words', count: 1, p50_ms: 3, p95_ms: 9 }
    const usual = { mode: 'both', count: 20, p50_ms: 18, p95_ms: 40 }
    expect(quickest([rare, usual])).toBe('18 ms')
    expect(quickest([])).toBe('–')
  })
})
