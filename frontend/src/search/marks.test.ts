import { describe, expect, it } from 'vitest'
import { cut, markedTexts, placesOf } from './marks'

describe('cutting a text at its highlights', () => {
  it('marks what lies between the offsets', () => {
    expect(cut('関西国際空港の駐車場', [[4, 6]])).toEqual([
      { text: '関西国際', isMarked: false },
      { text: '空港', isMarked: true },
      { text: 'の駐車場', isMarked: false },
    ])
  })

  it('counts code points, as the API does, beyond the first plane too', () => {
    expect(cut('𠮷野家の𩸽', [[4, 5]])).toEqual([
      { text: '𠮷野家の', isMarked: false },
      { text: '𩸽', isMarked: true },
    ])
  })

  it('takes offsets of the whole body for a snippet that begins later', () => {
    const pieces = cut('空港まで', [[291, 293]], 291)
    expect(markedTexts(pieces)).toEqual(['空港'])
  })

  it('loses no letter and repeats none, however highlights overlap or reach beyond', () => {
    const hostile: [number, number][][] = [
      [[2, 9]],
      [[3, 1]],
      [
        [0, 3],
        [1, 4],
      ],
      [
        [2, 4],
        [0, 1],
      ],
      [[-3, 2]],
      [],
    ]
    for (const highlights of hostile) {
      expect(
        cut('あいうえお', highlights)
          .map((piece) => piece.text)
          .join(''),
      ).toBe('あいうえお')
    }
  })

  it('leaves markup as it is written: text is never HTML', () => {
    expect(cut('<b onclick=x>', [[0, 3]])[0]).toEqual({ text: '<b ', isMarked: true })
  })
})

describe('finding marked texts in a whole document', () => {
  it('finds every place, in code points', () => {
    expect(placesOf('𠮷の空港と空港', ['空港'])).toEqual([
      [2, 4],
      [5, 7],
    ])
  })

  it('prefers the longest of texts that begin alike', () => {
    expect(placesOf('年次有給休暇', ['年次', '年次有給休暇'])).toEqual([[0, 6]])
  })

  it('takes characters of regular expressions literally', () => {
    expect(placesOf('C++ と (株)', ['C++', '(株)'])).toEqual([
      [0, 3],
      [6, 9],
    ])
  })

  it('finds nothing where nothing is wanted', () => {
    expect(placesOf('空港', [])).toEqual([])
  })
})
