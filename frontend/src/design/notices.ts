import { ref } from 'vue'

export interface Notice {
  id: number
  text: string
  undo?: () => void
}

/** Long enough to read it twice and to reach the button. */
const SHOWN_MS = 10_000

export const notices = ref<Notice[]>([])
let latest = 0

/** Says something below the page for a while; `undo` takes back what was done. */
export function notify(text: string, undo?: () => void): void {
  latest += 1
  const id = latest
  notices.value.push({ id, text, ...(undo ? { undo } : {}) })
  setTimeout(() => dismiss(id), SHOWN_MS)
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}
