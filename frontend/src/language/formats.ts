import { language, t } from './language'

const UNITS = ['B', 'kB', 'MB', 'GB'] as const

/** 12345 → 12,345 */
export function formatCount(count: number): string {
  return new Intl.NumberFormat(language.value).format(count)
}

/** 1234567 → 1.2 MB, in thousands as people count them. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value)} ${UNITS[unit]}`
}

/** A moment of the API (ISO 8601 in UTC) in the person's own time zone. */
export function formatMoment(moment: string): string {
  return new Intl.DateTimeFormat(language.value, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(new Date(moment))
}

/** A day or a month as the index has it: `2026-04-01`, `2026-04`, `2026`. */
export function formatDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  if (year === undefined || Number.isNaN(year)) return day
  const value = new Date(Date.UTC(year, (month ?? 1) - 1, date ?? 1))
  return new Intl.DateTimeFormat(language.value, {
    timeZone: 'UTC',
    year: 'numeric',
    ...(month === undefined ? {} : { month: 'long' }),
    ...(date === undefined ? {} : { day: 'numeric' }),
  }).format(value)
}

/** How long something took: 0.8 s, 42 s, 3 min 5 s. */
export function formatSeconds(seconds: number): string {
  const { second, minutes } = t.value.durations
  if (seconds < 10) return second(seconds.toFixed(1))
  const whole = Math.round(seconds)
  return whole < 60 ? second(whole) : minutes(Math.floor(whole / 60), whole % 60)
}

/** A field's name for people; one that documents bring keeps its own. */
export function fieldLabel(field: string): string {
  return t.value.search.fields[field] ?? field
}
