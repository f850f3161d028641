import type { Split } from '../store/enums.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'

/** Neighbours of one split that hold at most `max` images together. A group that holds more is alone. */
export async function* batches<T extends { readonly split: Split; readonly images: number }>(
  groups: readonly T[],
  max: number,
): AsyncGenerator<[T, ...T[]]> {
  let batch: [T, ...T[]] | undefined
  let room = 0
  const yieldToEventLoop = createYieldToEventLoop()
  for (const group of groups) {
    await yieldToEventLoop()
    if (batch && batch[0].split === group.split && group.images <= room) {
      batch.push(group)
      room -= group.images
    } else {
      if (batch) yield batch
      batch = [group]
      room = max - group.images
    }
  }
  if (batch) yield batch
}
