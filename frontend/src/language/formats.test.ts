import { beforeEach, describe, expect, it } from 'vitest'
import { formatBytes, formatDay, formatSeconds } from './formats'
import { language } from './language'

beforeEach(() => {
  language.value = 'ja'
})

describe('formats', () => {
  it('shows bytes in thousands', () => {
    expect([512, 1500, 2_340_000, 150_000_000].map(formatBytes)).toEqual([
      '512 B',
      '1.5 kB',
      '2.3 MB',
      '150 MB',
    ])
  })

  it('shows days, months and years as far as they are known', () => {
    expect(['2026-04-01', '2026-04', '2026'].map(formatDay)).toEqual([
      '2026年4月1日',
      '2026年4月',
      '2026年',
    ])
    language.value = 'en'
    expect(formatDay('2026-04')).toBe('April 2026')
  })

  it('leaves alone what is no day', () => {
    expect(formatDay('来月')).toBe('来月')
  })

  it('shows how long something took', () => {
    const seconds = [0.84, 42.2, 185]
    expect(seconds.map(formatSeconds)).toEqual(['0.8 秒', '42 秒', '3 分 5 秒'])
    language.value = 'en'
    expect(seconds.map(formatSeconds)).toEqual(['0.8 s', '42 s', '3 min 5 s'])
  })
})
