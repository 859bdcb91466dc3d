/** The ending of a counted noun. */
export const s = (count: number | string) => (String(count) === '1' ? '' : 's')
