import type { Split } from '../store/enums.js'

/** Neighbours of one split that hold at most `max` images together. A group that holds more is alone. */
export function batches<T extends { readonly split: Split; readonly images: number }>(
  groups: readonly T[],
  max: number,
): [T, ...T[]][] {
  const found: [T, ...T[]][] = []
  let room = 0
  for (const group of groups) {
    const batch = found.at(-1)
    if (batch && batch[0].split === group.split && group.images <= room) {
      batch.push(group)
      room -= group.images
    } else {
      found.push([group])
      room = max - group.images
    }
  }
  return found
}
