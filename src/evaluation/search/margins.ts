import type { Matrix } from '../../tensor/matrix.js'
import { argmax } from '../metrics.js'

/** A term at a point of the grid. */
interface WeightedTerm {
  readonly logits: Matrix
  /** The largest magnitude of a logit. */
  readonly greatest: number
  /** The factor of the term. */
  readonly factor: number
}

/** Adds `logits[i, label] − logits[i, c]` for every class c. */
export function addMargins({ columns, data }: Matrix, i: number, label: number, margins: Float64Array): void {
  const row = i * columns
  const own = data[row + label] as number
  for (let c = 0; c < columns; c++) margins[c] = (margins[c] as number) + (own - (data[row + c] as number))
}

/** The largest magnitude of a value. */
export function maxMagnitude(values: Float32Array): number {
  let greatest = 0
  for (let at = 0; at < values.length; at++) {
    const size = Math.abs(values[at] as number)
    if (size > greatest) greatest = size
  }
  return greatest
}

/** The smallest magnitude of a nonzero value. */
export function minMagnitude(values: Float64Array): number {
  let least = Number.POSITIVE_INFINITY
  for (let c = 0; c < values.length; c++) {
    const size = Math.abs(values[c] as number)
    if (size < least && size > 0) least = size
  }
  return least
}

/** Whether the sum of weighted terms, in double precision and in their order, is largest for the label. */
export function rightAt(terms: readonly WeightedTerm[], i: number, label: number): boolean {
  const classes = terms[0]?.logits.columns ?? 0
  const sums = new Float64Array(classes)
  for (const { logits, factor } of terms) {
    for (let c = 0; c < classes; c++) {
      sums[c] = (sums[c] as number) + factor * (logits.data[i * classes + c] as number)
    }
  }
  return argmax(sums) === label
}

/** Adds `factor·source`. */
export function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let c = 0; c < target.length; c++) target[c] = (target[c] as number) + factor * (source[c] as number)
}

/** Far above the rounding error of a sum of a few terms in double precision, relative to its largest term. */
const unsafe = 2 ** -46

/** The bound below which a margin between two classes may be only rounding. */
export function roundingOf(terms: readonly WeightedTerm[]): number {
  let size = 0
  for (const { factor, greatest } of terms) size += Math.abs(factor) * greatest
  return unsafe * size
}
