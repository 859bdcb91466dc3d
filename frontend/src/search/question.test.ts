import { describe, expect, it } from 'vitest'
import { BLANK, changed, isBlank, readQuestion, writeQuestion } from './question'

describe('a question in the address', () => {
  it('comes back as it was written', () => {
    const question = {
      q: '空港 日当',
      mode: 'words' as const,
      filters: ['type:"text"', 'folder:"rules"'],
      sort: '-date',
      cursor: 'abc',
      page: 3,
    }
    const written = writeQuestion(question) as Record<string, string | string[]>
    expect(readQuestion(written)).toEqual(question)
  })

  it('leaves out what is not asked for', () => {
    expect(writeQuestion({ ...BLANK, q: '休暇' })).toEqual({ q: '休暇' })
  })

  it('reads one filter as a list of one', () => {
    expect(readQuestion({ filter: 'type:pdf' }).filters).toEqual(['type:pdf'])
  })

  it('ignores a mode that there is none of, and a page without a cursor', () => {
    expect(readQuestion({ q: 'a', mode: 'magic', page: '7' })).toEqual({ ...BLANK, q: 'a' })
  })

  it('begins at the first page again whenever it changes', () => {
    expect(changed({ ...BLANK, q: 'a', cursor: 'x', page: 4 }, { mode: 'words' })).toEqual({
      ...BLANK,
      q: 'a',
      mode: 'words',
    })
  })

  it('is blank only where neither words nor filters nor an order are there', () => {
    expect(isBlank({ ...BLANK, q: '　 ' })).toBe(true)
    expect(isBlank({ ...BLANK, filters: ['type:pdf'] })).toBe(false)
    expect(isBlank({ ...BLANK, sort: 'name' })).toBe(false)
  })
})
