import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, meanRow, rowOf, sliceRows } from '../tensor/matrix.js'

/** Distances to centres are computed for so many candidates at a time. */
const rowsPerBlock = 2048

/**
 * Greedy k-centre (Gonzalez 1985; for labelling: Sener and Savarese, ICLR 2018, arXiv 1708.00489, algorithm 1): of the
 * candidates [n, d], `first` times the one for which weight times distance to the nearest centre is the greatest, which is a
 * centre from then on. The distance of unit vectors is 1 − cosine, from 0 to 2. `centres` [m, d] are there from the start; without
 * any, all distances are 1, and among equal weights the candidate nearest to the mean of all comes first.
 *
 * Returns rows of the candidates with the distance that each had when it was taken.
 */
export async function kCentre(
  {
    candidates,
    centres,
    weights,
    first,
  }: {
    readonly candidates: Matrix
    readonly centres: Matrix
    /** [n]; 1 each by default, which is k-centre itself. */
    readonly weights?: Float64Array
    readonly first: number
  },
  kernels: Pick<Kernels, 'dot'>,
): Promise<{ readonly row: number; readonly distance: number }[]> {
  const distances = await distancesTo(centres, candidates, kernels)
  const weightOf = (row: number): number => weights?.[row] ?? 1
  const taken: { row: number; distance: number }[] = []
  const left = new Set(candidates.rows === 0 ? [] : Array.from({ length: candidates.rows }, (_, i) => i))
  while (taken.length < first && left.size > 0) {
    const row =
      centres.rows === 0 && taken.length === 0
        ? mostCentral(candidates, left, weightOf)
        : best(left, (each) => weightOf(each) * (distances[each] as number))
    taken.push({ row, distance: distances[row] as number })
    left.delete(row)
    const centre = rowOf(candidates, row)
    for (const other of left) {
      const distance = 1 - product(centre, rowOf(candidates, other))
      distances[other] = Math.min(distances[other] as number, distance)
    }
  }
  return taken
}

/** [n]: the distance of each candidate to its nearest centre; 1 without centres. */
async function distancesTo(
  centres: Matrix,
  candidates: Matrix,
  kernels: Pick<Kernels, 'dot'>,
): Promise<Float64Array> {
  const distances = new Float64Array(candidates.rows).fill(1)
  if (centres.rows === 0) return distances
  for (let from = 0; from < candidates.rows; from += rowsPerBlock) {
    const to = Math.min(from + rowsPerBlock, candidates.rows)
    const { data, columns } = await kernels.dot(sliceRows(candidates, from, to), centres)
    for (let i = from; i < to; i++) {
      let nearest = Number.NEGATIVE_INFINITY
      for (let c = 0; c < columns; c++) nearest = Math.max(nearest, data[(i - from) * columns + c] as number)
      distances[i] = 1 - nearest
    }
  }
  return distances
}

/** Of the candidates with the greatest weight, the one nearest to the mean of all. */
function mostCentral(
  candidates: Matrix,
  left: ReadonlySet<number>,
  weightOf: (row: number) => number,
): number {
  const mean = meanRow(candidates)
  const greatest = weightOf(best(left, weightOf))
  const heaviest = [...left].filter((row) => weightOf(row) === greatest)
  return best(heaviest, (row) => product(mean, rowOf(candidates, row)))
}

/** The first row with the greatest value. */
function best(rows: Iterable<number>, scoreOf: (row: number) => number): number {
  let [found, greatest] = [-1, Number.NEGATIVE_INFINITY]
  for (const row of rows) {
    const value = scoreOf(row)
    if (value > greatest) [found, greatest] = [row, value]
  }
  return found
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
  return sum
}
