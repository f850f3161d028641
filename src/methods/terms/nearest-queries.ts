import { createYieldToEventLoop } from '../../system/yield-to-event-loop.js'
import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, rowOf, sliceRows } from '../../tensor/matrix.js'

/** The queries that are nearest to each of some images. */
export interface NearestQueries {
  /** The number for each image: fewer than wanted if there are fewer. */
  readonly count: number
  /** [images · count]: of each image, the nearest first. */
  readonly positions: Int32Array
  /** [images · count]: their cosine similarities. */
  readonly similarities: Float32Array
}

/** Finds the nearest queries to each unit row of `images`. An image that is a query itself (`images` are `queries`) is left out. */
export async function nearestQueries(
  images: Matrix,
  queries: Matrix,
  wanted: number,
  kernels: Kernels,
): Promise<NearestQueries> {
  const among = images === queries
  const count = Math.max(0, Math.min(wanted, queries.rows - (among ? 1 : 0)))
  const positions = new Int32Array(images.rows * count)
  const similarities = new Float32Array(images.rows * count)
  if (count === 0) return { count, positions, similarities }
  const yieldToEventLoop = createYieldToEventLoop()
  const rowsAtOnce = Math.max(1, Math.floor(valuesAtOnce / queries.rows))
  for (let start = 0; start < images.rows; start += rowsAtOnce) {
    const end = Math.min(images.rows, start + rowsAtOnce)
    const similar = await kernels.dot(sliceRows(images, start, end), queries)
    for (let i = start; i < end; i++) {
      const row = rowOf(similar, i - start)
      for (const [at, j] of greatest(row, count, among ? i : -1).entries()) {
        positions[i * count + at] = j
        similarities[i * count + at] = row[j] as number
      }
      await yieldToEventLoop()
    }
  }
  return { count, positions, similarities }
}

/** Of similarities, at a time: 16 MB. */
const valuesAtOnce = 4e6

/** The positions of the greatest values but `self`, the greatest first; of equal ones, the first. */
function greatest(row: Float32Array, count: number, self: number): number[] {
  const best: number[] = []
  for (let j = 0; j < row.length; j++) {
    if (j === self) continue
    let at = best.length
    while (at > 0 && (row[j] as number) > (row[best[at - 1] as number] as number)) at--
    if (at === count) continue
    best.splice(at, 0, j)
    if (best.length > count) best.pop()
  }
  return best
}
