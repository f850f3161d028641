import { seeded } from '../../random.js'
import { overlapCoefficient } from './histogram.js'

/** Groups of images that are drawn, and how often. */
export const groups = 32
const resamples = 1000

/** A random group for each image, every class spread over the groups. */
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
 * The 95 % interval of the overlap coefficient when images are drawn again. Pairs are not independent, so not pairs are
 * drawn but groups of images, and a pair of groups counts as often as both were drawn. `blocks` [groups, groups, 2, bins]
 * has the pairs by the groups of their images, different class and same.
 */
export function bootstrapInterval(blocks: Uint32Array, bins: number): { low: number; high: number } {
  const random = seeded('overlap bootstrap')
  const values = new Float64Array(resamples)
  const drawn = new Float64Array(groups)
  const counts = new Float64Array(2 * bins)
  const pairs = filledPairs(blocks, bins)
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0)
    for (let g = 0; g < groups; g++) {
      const chosen = random.integer(groups)
      drawn[chosen] = (drawn[chosen] as number) + 1
    }
    counts.fill(0)
    for (const { g, h, from, filled } of pairs) {
      const weight = (drawn[g] as number) * (drawn[h] as number)
      if (weight === 0) continue
      for (let k = 0; k < filled.length; k++) {
        counts[from + k] = (counts[from + k] as number) + weight * (filled[k] as number)
      }
    }
    values[r] = overlapCoefficient(counts.subarray(bins), counts.subarray(0, bins))
  }
  values.sort()
  const at = (share: number) => values[Math.ceil(share * resamples) - 1] as number
  return { low: at(0.025), high: at(0.975) }
}

/** For each pair of groups, and for different and same class, the bins that are not empty: most are. */
function filledPairs(blocks: Uint32Array, bins: number) {
  const pairs: { g: number; h: number; from: number; filled: Uint32Array }[] = []
  const blockOf = (g: number, h: number, same: number) => {
    const at = ((g * groups + h) * 2 + same) * bins
    return blocks.subarray(at, at + bins)
  }
  for (let g = 0; g < groups; g++) {
    for (let h = g; h < groups; h++) {
      for (const same of [0, 1]) {
        const mirrored = blockOf(h, g, same)
        const both = blockOf(g, h, same).map((count, k) => count + (g === h ? 0 : (mirrored[k] as number)))
        let [from, to] = [0, bins]
        while (to > 0 && both[to - 1] === 0) to--
        while (from < to && both[from] === 0) from++
        if (from < to) pairs.push({ g, h, from: same * bins + from, filled: both.slice(from, to) })
      }
    }
  }
  return pairs
}
