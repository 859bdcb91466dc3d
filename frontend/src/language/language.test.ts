import { expect, it } from 'vitest'
import { en } from './en'
import { ja } from './ja'

function keys(messages: object, path = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? keys(value, `${path}${key}.`)
      : [`${path}${key}`],
  )
}

it('says everything in both languages, records with free keys included', () => {
  expect(keys(en).sort()).toEqual(keys(ja).sort())
})
