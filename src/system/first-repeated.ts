/** The position of the first value that stands in the list before, or −1. */
export function firstRepeated(values: readonly unknown[]): number {
  const seen = new Set<unknown>()
  return values.findIndex((value) => seen.size === seen.add(value).size)
}
