/** A facet's value as the API has it. */
export type Value = string | number | boolean

/** A filter in parts: `-type:pdf,word` excludes the field's values `pdf` and `word`. */
export interface Filter {
  field: string
  isExcluding: boolean
  /** As they are written: texts in quotation marks. */
  values: string[]
}

/** Writes a value for a filter; a text that could be read otherwise stands in quotation marks. */
export function writeValue(value: Value): string {
  if (typeof value !== 'string' || /^\d{4}(-\d{2}(-\d{2})?)?$/.test(value)) return String(value)
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** Reads a written value, for people. */
export function readValue(written: string): string {
  if (!written.startsWith('"')) return written
  return written.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

export function readFilter(filter: string): Filter {
  const colon = filter.indexOf(':')
  const field = filter.slice(0, colon)
  return {
    field: field.replace(/^-/, ''),
    isExcluding: field.startsWith('-'),
    values: filter.slice(colon + 1).match(/"(?:\\.|[^"\\])*"|[^,]+/g) ?? [],
  }
}

export function writeFilter(filter: Filter): string {
  return `${filter.isExcluding ? '-' : ''}${filter.field}:${filter.values.join(',')}`
}

export function hasValue(filters: string[], field: string, value: Value): boolean {
  const written = writeValue(value)
  return filters
    .map(readFilter)
    .some((one) => one.field === field && !one.isExcluding && one.values.includes(written))
}

/** Adds a value to what a field may be, or takes it away. */
export function toggleValue(filters: string[], field: string, value: Value): string[] {
  const written = writeValue(value)
  if (!hasValue(filters, field, value)) return [...filters, `${field}:${written}`]
  return filters.flatMap((text) => {
    const filter = readFilter(text)
    if (filter.field !== field || filter.isExcluding) return [text]
    const values = filter.values.filter((other) => other !== written)
    return values.length ? [writeFilter({ ...filter, values })] : []
  })
}
