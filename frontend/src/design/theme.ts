import { ref, watchEffect } from 'vue'

/** `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const KEY = 'kotogura.theme'

const stored = localStorage.getItem(KEY)
export const theme = ref<Theme>(THEMES.find((known) => known === stored) ?? 'system')

watchEffect(() => {
  localStorage.setItem(KEY, theme.value)
  if (theme.value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
})

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system'
}
