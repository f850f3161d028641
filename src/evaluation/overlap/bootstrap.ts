import { seeded } from '../../system/random.js'
import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf } from '../../tensor/matrix.js'
import { overlapCoefficient } from './histogram.js'

/** The number of groups of images, and of bootstrap resamples. */
export const groups = 32
const resamples = 1000

/** Assigns each image a random group. Every class is spread over the groups. */
export function groupsOf(labels: Int32Array): Int32Array {
  const order = seeded('overlap groups').shuffled(Array.from(labels.keys()))
  order.sort((i, j) => (labels[i] as number) - (labels[j] as number))
  const result = new Int32Array(labels.length)
  order.forEach((image, position) => {
    result[image] = position % groups
  })
  return result
}

/**
 * The 95 % bootstrap interval of the overlap coefficient. Pairs are not independent, so it resamples groups of
 * images: a pair of groups counts as often as both were drawn. `blocks` [groups, groups, 2, bins] counts the pairs by
 * the groups of their images, then different or same class.
 */
export async function bootstrapInterval(
  blocks: Uint32Array,
  bins: number,
  kernels: Kernels,
): Promise<{ low: number; high: number }> {
  // Whole numbers are exact in single precision up to 2²⁴, which is more than the pairs of 5,000 images.
  const counts = await kernels.multiply(drawnPairs(), countsOfPairs(blocks, bins))
  const values = Float64Array.from({ length: resamples }, (_, r) => {
    const row = rowOf(counts, r)
    return overlapCoefficient(row.subarray(bins), row.subarray(0, bins))
  }).sort()
  const at = (share: number) => values[Math.ceil(share * resamples) - 1] as number
  return { low: at(0.025), high: at(0.975) }
}

/** [resamples, pairs of groups]: how often each pair was drawn. */
function drawnPairs(): Matrix {
  const random = seeded('overlap bootstrap')
  const result = matrix(resamples, pairsOfGroups.length)
  for (let r = 0; r < resamples; r++) {
    const drawn = new Uint32Array(groups)
    for (let g = 0; g < groups; g++) {
      const chosen = random.integer(groups)
      drawn[chosen] = (drawn[chosen] as number) + 1
    }
    rowOf(result, r).set(pairsOfGroups.map(([g, h]) => (drawn[g] as number) * (drawn[h] as number)))
  }
  return result
}

/** [pairs of groups, 2·bins]: a block for each unordered pair of groups. */
function countsOfPairs(blocks: Uint32Array, bins: number): Matrix {
  const result = matrix(pairsOfGroups.length, 2 * bins)
  const blockOf = (g: number, h: number) => blocks.subarray((g * groups + h) * 2 * bins).subarray(0, 2 * bins)
  for (const [p, [g, h]] of pairsOfGroups.entries()) {
    const [block, mirrored] = [blockOf(g, h), blockOf(h, g)]
    rowOf(result, p).set(block.map((count, k) => count + (g === h ? 0 : (mirrored[k] as number))))
  }
  return result
}

const pairsOfGroups = Array.from({ length: groups }, (_, g) =>
  Array.from({ length: groups - g }, (_, i) => [g, g + i] as const),
).flat()
