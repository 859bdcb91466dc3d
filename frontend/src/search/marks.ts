/** A stretch of text; marked ones are what was searched for. */
export interface Piece {
  text: string
  isMarked: boolean
}

/** `[start, end)` in code points, as all offsets of the API. */
export type Span = readonly [number, number] | readonly number[]

/**
 * Cuts `text`, which begins at the code point `start` of the whole, at the highlights.
 *
 * JavaScript counts UTF-16 units, the API code points: they differ after any character beyond the
 * first plane, such as 𠮷. Highlights that overlap, or reach beyond the text, do no harm.
 */
export function cut(text: string, highlights: readonly Span[], start = 0): Piece[] {
  const letters = Array.from(text)
  const pieces: Piece[] = []
  let done = 0
  const add = (end: number, isMarked: boolean): void => {
    if (end > done) pieces.push({ text: letters.slice(done, end).join(''), isMarked })
    done = Math.max(done, end)
  }
  const sorted = [...highlights].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  for (const [from = 0, to = 0] of sorted) {
    add(Math.min(Math.max(from - start, 0), letters.length), false)
    add(Math.min(to - start, letters.length), true)
  }
  add(letters.length, false)
  return pieces
}

/** The marked texts, each once, in the order of their first appearance. */
export function markedTexts(pieces: readonly Piece[]): string[] {
  return [...new Set(pieces.filter((piece) => piece.isMarked).map((piece) => piece.text))]
}

/** Finds every place of `texts` in `body`, the longest first; spans in code points. */
export function placesOf(body: string, texts: readonly string[]): [number, number][] {
  const wanted = [...texts].filter(Boolean).sort((a, b) => b.length - a.length)
  if (wanted.length === 0) return []
  const pattern = new RegExp(wanted.map(escaped).join('|'), 'giu')
  const spans: [number, number][] = []
  let units = 0
  let points = 0
  for (const match of body.matchAll(pattern)) {
    points += lengthInCodePoints(body.slice(units, match.index))
    const end = points + lengthInCodePoints(match[0])
    spans.push([points, end])
    points = end
    units = match.index + match[0].length
  }
  return spans
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function lengthInCodePoints(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return count
}
