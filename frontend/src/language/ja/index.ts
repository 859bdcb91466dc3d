import { document, library, upload } from './documents'
import { model } from './model'
import { operations, usage } from './operations'
import { explain, neighbours, search } from './search'
import { shell } from './shell'
import { words } from './words'

/** Everything the page says, in Japanese, by view; `en` has to say the same. */
export const ja = {
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

export type Messages = typeof ja
