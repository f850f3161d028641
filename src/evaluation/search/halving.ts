import { argmax } from '../metrics.js'
import { combinations, type Grid, valuesAt } from './grid.js'
import {
  countCorrect,
  type SearchOptions,
  type SearchResult,
  type SelectionData,
  shapeAxes,
  weightAxes,
} from './search.js'

/** Of how many combinations of shapes one survives a round, and by how much the images then grow. */
const factor = 4

/** Fewer combinations are all searched on all images. */
const minShapes = 4 * factor

/** A round on fewer images would choose by chance. */
const minImages = 60

export interface HalvingOptions extends SearchOptions {
  /** Parts of the images, by themselves; together they are all of them. */
  readonly parts: readonly SelectionData[]
}

/**
 * Searches a grid by successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943): every combination of shapes is tried
 * on a few parts of the images, the best quarter on four times as many, and so on; the survivors on all images. Weights are
 * searched exactly throughout. It may miss the best point; docs/benchmarks.md says what it found. Ties go to the first in
 * grid order. Throws CANCELLED.
 */
export async function searchByHalving(options: HalvingOptions): Promise<SearchResult> {
  const { grid, parts, data } = options
  const best = bestOfShapes(grid)
  const rounds = halvingRounds({
    shapes: [...combinations(shapeAxes(grid))].length,
    parts: parts.length,
    images: data.labels.length,
  })
  let survivors: readonly number[] = [...combinations(shapeAxes(grid))].map(({ offset }) => offset)
  for (const { parts: count, kept } of rounds.slice(0, -1)) {
    const shapes = new Set(survivors)
    const sums = new Int32Array(grid.points)
    for (const part of parts.slice(0, count)) {
      const counts = await countCorrect({ ...options, data: part, shapes })
      for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) + (counts[at] as number)
    }
    survivors = survivors
      .map((offset) => ({ offset, correct: best(sums, offset) }))
      .sort((a, b) => b.correct - a.correct || a.offset - b.offset)
      .slice(0, kept)
      .map(({ offset }) => offset)
  }
  const counts = await countCorrect({ ...options, data, shapes: new Set(survivors) })
  const point = argmax(counts)
  return { values: valuesAt(grid, point), correct: counts[point] as number }
}

/** A round: how many combinations are tried on how many parts, and how many survive. The last is on all images. */
export interface HalvingRound {
  readonly shapes: number
  readonly parts: number
  readonly kept: number
}

/** How much there is to search. */
interface Extent {
  /** Combinations of shapes. */
  readonly shapes: number
  readonly parts: number
  readonly images: number
}

/** The rounds of a search. */
export function halvingRounds(extent: Extent): HalvingRound[] {
  const { shapes, parts } = extent
  const rounds: HalvingRound[] = []
  let left = shapes
  for (let share = 1 / factor ** roundsFor(extent); share < 1; share *= factor) {
    const kept = Math.max(minShapes / factor, Math.ceil(left / factor))
    rounds.push({ shapes: left, parts: Math.max(1, Math.round(parts * share)), kept })
    left = kept
  }
  return [...rounds, { shapes: left, parts, kept: 1 }]
}

/** How many rounds make sense before the last: none on too few images, and some combinations are left for the last. */
function roundsFor({ shapes, parts, images }: Extent): number {
  const times = (more: number, less: number) => Math.floor(Math.log(more / less) / Math.log(factor))
  const rounds = Math.min(times(shapes, minShapes / factor), times(parts, 1), times(images, minImages))
  return shapes < minShapes ? 0 : Math.max(0, rounds)
}

/** The most correct images at any weights, for a combination of shapes. */
function bestOfShapes(grid: Grid): (counts: Int32Array, offset: number) => number {
  const weights = [...combinations(weightAxes(grid))].map(({ offset }) => offset)
  return (counts, offset) =>
    weights.reduce((most, weight) => Math.max(most, counts[offset + weight] as number), 0)
}
