import { ref, type Ref } from 'vue'
import { ApiProblem, Unreachable } from '@/api/problems'
import { t } from '@/language/language'
import { notify } from './notices'

/** A problem in words for the person, as short as a notice has to be. */
export function wordsFor(error: unknown): string {
  if (error instanceof Unreachable) return t.value.states.unreachable
  const code = error instanceof ApiProblem ? error.code : ''
  return t.value.problems[code] ?? t.value.states.failed
}

/** Runs what a button does: not twice at a time, and a failure is told in a notice. */
export function useActing(): {
  isActing: Ref<boolean>
  act: (what: () => Promise<void>) => Promise<void>
} {
  const isActing = ref(false)
  async function act(what: () => Promise<void>): Promise<void> {
    if (isActing.value) return
    isActing.value = true
    try {
      await what()
    } catch (error) {
      notify(wordsFor(error))
    } finally {
      isActing.value = false
    }
  }
  return { isActing, act }
}
