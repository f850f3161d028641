/** The number of entries in all lists of a value, and with `fields` of the fields in its objects; stops counting above `max`. */
export function entriesIn(value: unknown, max = Number.POSITIVE_INFINITY, fields = false): number {
  if (typeof value !== 'object' || value === null) return 0
  const values: unknown[] = Object.values(value)
  let count = Array.isArray(value) || fields ? (Array.isArray(value) ? value.length : values.length) : 0
  for (const each of values) {
    if (count > max) break
    count += entriesIn(each, max - count, fields)
  }
  return count
}
