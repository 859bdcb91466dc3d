import { answer, api } from '@/api/client'

/** Whether a rule makes the two words mean the same, both ways. */
export function areSynonyms(rules: string, one: string, other: string): boolean {
  return rules.split('\n').some((line) => {
    if (line.trimStart().startsWith('#') || line.includes('=>')) return false
    const words = line.split(/[,、，]/).map((word) => word.trim())
    return words.includes(one) && words.includes(other)
  })
}

/** Adds the rule that the two words mean the same; rules that hold already stay as they are. */
export function withRule(rules: string, one: string, other: string): string {
  if (areSynonyms(rules, one, other)) return rules
  return `${rules.trimEnd()}${rules.trim() ? '\n' : ''}${one}, ${other}\n`
}

/** Makes two words synonyms; returns what takes it back. */
export async function makeSynonyms(one: string, other: string): Promise<() => Promise<void>> {
  const { text: before } = await answer(api().GET('/synonyms'))
  await write(withRule(before, one, other))
  return () => write(before)
}

async function write(text: string): Promise<void> {
  await answer(api().PUT('/synonyms', { body: { text } }))
}
