/** The index of the first value that equals an earlier one, or −1. */
export function firstRepeated(values: readonly unknown[]): number {
  const seen = new Set<unknown>()
  return values.findIndex((value) => seen.size === seen.add(value).size)
}
