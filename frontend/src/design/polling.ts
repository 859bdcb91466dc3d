import { onScopeDispose } from 'vue'

/**
 * Calls `look` every `everyMs` as long as `isDue` says that there is something to see; not while
 * the page lies in the background.
 */
export function usePolling(look: () => unknown, isDue: () => boolean, everyMs: number): void {
  const timer = setInterval(() => {
    if (!document.hidden && isDue()) look()
  }, everyMs)
  onScopeDispose(() => clearInterval(timer))
}
