/** What browsers send as the key of events that belong to an input method. */
const INPUT_METHOD_KEY = 229

/**
 * Whether a key press belongs to a kana-kanji conversion. Enter then accepts what is converted and
 * must not submit. Safari ends the composition before that Enter's event, which tells of it by the
 * old `keyCode` alone.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === INPUT_METHOD_KEY
}
