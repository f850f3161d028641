/**
 * The overlap coefficient of two histograms with the same bins, each normalised to sum 1: the sum over bins of the
 * smaller of the two. 0 is separated, 1 is indistinguishable. Also 0 if either is empty.
 */
export function overlapCoefficient(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [sumA, sumB] = [sumOf(a), sumOf(b)]
  if (sumA === 0 || sumB === 0) return 0
  let overlap = 0
  for (let i = 0; i < a.length; i++) overlap += Math.min((a[i] as number) / sumA, (b[i] as number) / sumB)
  return overlap
}

/** The probability that a value of the first histogram is above one of the second; ½ within the same bin. */
export function chanceAbove(above: ArrayLike<number>, below: ArrayLike<number>): number {
  const [sumAbove, sumBelow] = [sumOf(above), sumOf(below)]
  if (sumAbove === 0 || sumBelow === 0) return Number.NaN
  let chance = 0
  let passed = 0
  for (let i = 0; i < above.length; i++) {
    const here = (below[i] as number) / sumBelow
    chance += ((above[i] as number) / sumAbove) * (passed + here / 2)
    passed += here
  }
  return chance
}

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum
}

/** Bins of equal width on [−1, 1], the last one closed; equal to NumPy's bit for bit. */
export interface Bins {
  readonly count: number
  /** [count + 1]. */
  readonly edges: Float64Array
  indexOf(similarity: number): number
  /** The bin, or −1 if the value is so near to an edge that single precision may choose the wrong bin. */
  clearIndexOf(similarity: number): number
}

/** Well above the rounding error of a dot product in single precision. */
const nearness = 4e-6

export function binsOf(count: number): Bins {
  const width = 2 / count
  const margin = nearness / width
  const edges = Float64Array.from({ length: count + 1 }, (_, i) => (i === count ? 1 : -1 + i * width))
  return {
    count,
    edges,
    indexOf(similarity) {
      if (similarity >= 1) return count - 1
      if (similarity <= -1) return 0
      const index = Math.min(count - 1, Math.floor((similarity + 1) / width))
      if (similarity < (edges[index] as number)) return index - 1
      return similarity >= (edges[index + 1] as number) && index < count - 1 ? index + 1 : index
    },
    clearIndexOf(similarity) {
      const position = (similarity + 1) / width
      const index = Math.floor(position)
      const within = position - index
      return within < margin || within > 1 - margin || index < 0 || index >= count ? -1 : index
    },
  }
}
