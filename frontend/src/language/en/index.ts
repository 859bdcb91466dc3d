import type { Messages } from '../ja'
import { document, library, upload } from './documents'
import { model } from './model'
import { operations, usage } from './operations'
import { explain, neighbours, search } from './search'
import { shell } from './shell'
import { words } from './words'

/** What the page says, in English. */
export const en: Messages = {
  ...shell,
  search,
  explain,
  neighbours,
  document,
  library,
  upload,
  words,
  model,
  usage,
  operations,
}
