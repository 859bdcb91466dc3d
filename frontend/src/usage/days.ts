import type { Models } from '@/api/client'

export { MODES } from '@/search/question'

const DAY_MS = 86_400_000

/** The last `count` days, today included, as the API takes them: in UTC. */
export function daysFrom(count: number, now: Date): { from: string; to: string } {
  const day = (moment: number): string => new Date(moment).toISOString().slice(0, 10)
  return { from: day(now.getTime() - (count - 1) * DAY_MS), to: day(now.getTime()) }
}

export function searchesOf(
  day: Models['UsageOfDay'],
  mode: string,
): Models['SearchUsage'] | undefined {
  return day.searches.find((one) => one.mode === mode)
}

/** What half of the searches did not exceed, by the mode that is used most. */
export function quickest(searches: Models['SearchUsage'][]): string {
  const most = [...searches].sort((a, b) => b.count - a.count)[0]
  return most ? `${most.p50_ms} ms` : '–'
}
