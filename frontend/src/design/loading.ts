import { onScopeDispose, ref, type Ref, shallowRef, watch } from 'vue'
import { isAbort } from '@/api/client'
import { Unreachable } from '@/api/problems'
import { isOnline } from './online'

const SKELETON_AFTER_MS = 200
const SLOW_AFTER_MS = 4000

/** Something that is fetched to be shown, and how far that is. */
export interface Loading<T> {
  /** The newest answer; stays while the next one is awaited. */
  data: Ref<T | null>
  error: Ref<unknown>
  isLoading: Ref<boolean>
  /** Loading for so long that a person would wonder: time to show a placeholder. */
  isPending: Ref<boolean>
  isSlow: Ref<boolean>
  /** Asks (again); what was asked before is called off. */
  load: () => Promise<void>
  /** Calls off what was asked, and forgets the answer. */
  reset: () => void
}

/**
 * Fetches with `fetch`, which is to pass the signal on. Where nothing could be reached, it asks
 * again by itself once the browser is online.
 */
export function useLoading<T>(fetch: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const isLoading = ref(false)
  const isPending = ref(false)
  const isSlow = ref(false)
  let current: AbortController | null = null
  let timers: ReturnType<typeof setTimeout>[] = []

  function settle(): void {
    timers.forEach(clearTimeout)
    timers = []
    isLoading.value = isPending.value = isSlow.value = false
  }

  async function load(): Promise<void> {
    current?.abort()
    const own = new AbortController()
    current = own
    settle()
    isLoading.value = true
    timers = [
      setTimeout(() => (isPending.value = true), SKELETON_AFTER_MS),
      setTimeout(() => (isSlow.value = true), SLOW_AFTER_MS),
    ]
    try {
      const answered = await fetch(own.signal)
      if (current !== own) return
      data.value = answered
      error.value = null
    } catch (failure) {
      if (current !== own || isAbort(failure)) return
      error.value = failure
    }
    settle()
  }

  function reset(): void {
    current?.abort()
    current = null
    settle()
    data.value = null
    error.value = null
  }

  watch(isOnline, (online) => {
    if (online && error.value instanceof Unreachable) void load()
  })
  onScopeDispose(() => {
    current?.abort()
    current = null
    settle()
  })
  return { data, error, isLoading, isPending, isSlow, load, reset }
}
