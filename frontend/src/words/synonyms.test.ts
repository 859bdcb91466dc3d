import { describe, expect, it } from 'vitest'
import { areSynonyms, withRule } from './synonyms'

describe('a rule for two words', () => {
  it('is added on a line of its own', () => {
    expect(withRule('有休, 年休', '休暇', '休業')).toBe('有休, 年休\n休暇, 休業\n')
    expect(withRule('', '休暇', '休業')).toBe('休暇, 休業\n')
  })

  it('is not added where one holds already', () => {
    expect(withRule('休業, 休み, 休暇\n', '休暇', '休業')).toBe('休業, 休み, 休暇\n')
  })

  it('is not mistaken for a rule one way, or a comment', () => {
    expect(areSynonyms('休暇 => 休業', '休暇', '休業')).toBe(false)
    expect(areSynonyms('# 休暇, 休業', '休暇', '休業')).toBe(false)
  })
})
