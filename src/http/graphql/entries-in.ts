/** The number of entries in all lists of a value; stops counting above `max`. */
export function entriesIn(value: unknown, max = Number.POSITIVE_INFINITY): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = Array.isArray(value) ? value.length : 0
  for (const each of Object.values(value)) {
    if (count > max) break
    count += entriesIn(each, max - count)
  }
  return count
}
