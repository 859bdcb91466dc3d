import { computed, ref, watchEffect } from 'vue'
import { en } from './en'
import { ja, type Messages } from './ja'

export type Language = 'ja' | 'en'

const KEY = 'kotogura.language'

/** Japanese first: English only for those who chose it, or whose browser asks for English alone. */
function initialLanguage(): Language {
  const stored = localStorage.getItem(KEY)
  if (stored === 'ja' || stored === 'en') return stored
  return navigator.languages.every((tag) => tag.startsWith('en')) ? 'en' : 'ja'
}

export const language = ref<Language>(initialLanguage())

/** What the page says, in the language of now. */
export const t = computed<Messages>(() => (language.value === 'ja' ? ja : en))

watchEffect(() => {
  document.documentElement.lang = language.value
})

export function switchLanguage(): void {
  language.value = language.value === 'ja' ? 'en' : 'ja'
  localStorage.setItem(KEY, language.value)
}
