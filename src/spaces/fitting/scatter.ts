import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, matrix, meanRow, rowOf, squareOf } from '../../tensor/matrix.js'
import type { LabelledFeatures } from '../contract.js'

/** The deviations of support features from their class means, or, if no class has two images, from the overall mean. */
export interface Deviations {
  /** Whether some class has two images. */
  readonly within: boolean
  /** [d]: the mean of all features. */
  readonly mean: Float32Array
  /** [S, d]: `x − μ_class`, or `x − mean` if no class has two images. */
  readonly deviations: Matrix
  /** [S]: without image i, the scatter decreases by `κ_i·v_i·v_iᵀ`, `v_i` its deviation. */
  readonly kappa: Float64Array
  /** The number of images less the number of means subtracted; without an image of κ > 0, one less. */
  readonly freedom: number
}

/** The spectrum of the scatter, the sum of all `v·vᵀ`. */
export interface Scatter extends Deviations {
  /** [d], ascending, none negative. */
  readonly eigenvalues: Float64Array
  /** The sum of the eigenvalues. */
  readonly trace: number
  /** The sum of their squares. */
  readonly squares: number
  /** [d, d], an eigenvector in each column. */
  readonly basis: Matrix
}

/** Computes the scatter of a support set and its spectrum. */
export async function scatterOf(support: LabelledFeatures, kernels: Kernels): Promise<Scatter> {
  const about = deviationsOf(support)
  const d = support.features.columns
  const { data } = await kernels.scatter(about.deviations)
  const { values, vectors } = await kernels.eigh(d, Float64Array.from(data))
  const eigenvalues = values.map((value) => Math.max(value, 0))
  const trace = eigenvalues.reduce((sum, value) => sum + value, 0)
  const squares = eigenvalues.reduce((sum, value) => sum + value * value, 0)
  return { ...about, eigenvalues, trace, squares, basis: matrix(d, d, Float32Array.from(vectors)) }
}

/** Computes the deviations of a support set. */
export function deviationsOf({ features, labels }: LabelledFeatures): Deviations {
  const mean = meanRow(features)
  const counts = countsOf(labels)
  const within = counts.some((count) => count > 1)
  const centres = within ? classMeans(features, labels, counts.length) : undefined
  const deviations = matrix(features.rows, features.columns)
  const kappa = new Float64Array(features.rows)
  for (let i = 0; i < features.rows; i++) {
    const label = labels[i] as number
    const centre = centres ? rowOf(centres, label) : mean
    const source = rowOf(features, i)
    rowOf(deviations, i).set(source.map((value, k) => value - (centre[k] as number)))
    // Without one of n images, the scatter about their mean decreases by n/(n − 1) times v·vᵀ.
    const n = within ? (counts[label] as number) : features.rows
    kappa[i] = n > 1 ? n / (n - 1) : 0
  }
  const means = within ? counts.filter((count) => count > 0).length : 1
  return { within, mean, deviations, kappa, freedom: features.rows - means }
}

/** Subtracting more than this share of the scatter would leave mostly rounding errors. */
const maxShareToSubtract = 0.95

/**
 * Whether the scatter without image i must be computed from the other images, not by subtraction: if the image belongs to
 * the only class with two images, the deviations change their means, and if nearly all of the scatter is its own, too
 * little is left.
 */
export function mustRefit({ trace, kappa, deviations }: Scatter, labels: Int32Array, i: number): boolean {
  if (labels.length <= 2 || labels[i] === onlyPairOf(labels)) return true
  return traceLossWithout({ kappa, deviations }, i) > maxShareToSubtract * trace
}

/** The decrease of the trace without image i: `κ_i·|v_i|²`. */
export function traceLossWithout(
  { kappa, deviations }: Pick<Scatter, 'kappa' | 'deviations'>,
  i: number,
): number {
  return (kappa[i] as number) * squareOf(rowOf(deviations, i))
}

/** The only class with more than one image, if it has exactly two; otherwise −1. */
function onlyPairOf(labels: Int32Array): number {
  const counts = countsOf(labels)
  const several = counts.filter((count) => count > 1)
  return several.length === 1 && several[0] === 2 ? counts.indexOf(2) : -1
}

/** The number of images of each class, up to the last class that has any. */
function countsOf(labels: Int32Array): number[] {
  const counts: number[] = []
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return Array.from(counts, (count) => count ?? 0)
}

/**
 * The mean of each class, [C, d]; zeros for a class without images. Sums are in double precision, so that equal images
 * deviate from their mean by exactly 0.
 */
export function classMeans({ columns, data }: Matrix, labels: Int32Array, classes: number): Matrix {
  const sums = new Float64Array(classes * columns)
  const counts = new Int32Array(classes)
  for (let i = 0, at = 0; i < labels.length; i++) {
    const label = labels[i] as number
    counts[label] = (counts[label] as number) + 1
    for (let k = 0; k < columns; k++, at++) {
      sums[label * columns + k] = (sums[label * columns + k] as number) + (data[at] as number)
    }
  }
  const mean = (sum: number, at: number) => sum / Math.max(1, counts[Math.floor(at / columns)] as number)
  return matrix(classes, columns, Float32Array.from(sums, mean))
}
