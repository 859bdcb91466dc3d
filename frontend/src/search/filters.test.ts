import { describe, expect, it } from 'vitest'
import { hasValue, readFilter, readValue, toggleValue, writeFilter, writeValue } from './filters'

describe('a facet’s value as a filter', () => {
  it('stands in quotation marks where it is a text', () => {
    expect(writeValue('規程, "抜粋" \\')).toBe('"規程, \\"抜粋\\" \\\\"')
    expect(readValue(writeValue('規程, "抜粋" \\'))).toBe('規程, "抜粋" \\')
  })

  it('stands as it is where it is a month, a number or a flag', () => {
    expect([writeValue('2026-04'), writeValue(12), writeValue(true)]).toEqual([
      '2026-04',
      '12',
      'true',
    ])
  })

  it('is added once and taken away again', () => {
    const chosen = toggleValue([], 'tag', 'a,b')
    expect(chosen).toEqual(['tag:"a,b"'])
    expect(hasValue(chosen, 'tag', 'a,b')).toBe(true)
    expect(toggleValue(chosen, 'tag', 'a,b')).toEqual([])
  })

  it('leaves the alternatives that a person wrote', () => {
    expect(toggleValue(['type:"pdf","word"'], 'type', 'pdf')).toEqual(['type:"word"'])
  })

  it('does not mistake an exclusion for a choice', () => {
    expect(hasValue(['-type:"pdf"'], 'type', 'pdf')).toBe(false)
    expect(writeFilter(readFilter('-type:"pdf",word'))).toBe('-type:"pdf",word')
  })
})
