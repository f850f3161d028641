import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, matrix, meanRow, rowOf, squareOf } from '../../tensor/matrix.js'
import type { LabelledFeatures } from '../contract.js'

/** How support features lie about the means of their classes, or, where no class has two images, about that of all. */
export interface Deviations {
  /** Whether some class has two images. */
  readonly within: boolean
  /** [d]: the mean of all features. */
  readonly mean: Float32Array
  /** `x − μ_class`, or `x − mean` where no class has two images: [S, d]. */
  readonly deviations: Matrix
  /** [S]: without image i the scatter is lower by `κ_i·v_i·v_iᵀ`, `v_i` its deviation. */
  readonly kappa: Float64Array
  /** Degrees of freedom: images less the means taken of them; one less without an image whose κ is not 0. */
  readonly freedom: number
}

/** How they scatter: the spectrum of the sum of all `v·vᵀ`. */
export interface Scatter extends Deviations {
  /** Ascending, none negative [d]; their sum; the sum of their squares. */
  readonly eigenvalues: Float64Array
  readonly trace: number
  readonly squares: number
  /** Eigenvectors, one a column: [d, d]. */
  readonly basis: Matrix
}

/** The scatter of a support set and its spectrum. */
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

/** How the images of a support set lie about their means. */
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
    // Taking one of n images away lowers the scatter about their mean by n/(n − 1) times its own deviation's.
    const n = within ? (counts[label] as number) : features.rows
    kappa[i] = n > 1 ? n / (n - 1) : 0
  }
  const centresTaken = within ? counts.filter((count) => count > 0).length : 1
  return { within, mean, deviations, kappa, freedom: features.rows - centresTaken }
}

/** A share of the scatter that two images at most can have each; what is left without it is too little to subtract to. */
const nearlyAll = 0.95

/**
 * Whether the scatter without image i is no small step from the scatter with it: another scatter is taken where the
 * image is of the last pair of all classes, and next to nothing is left where nearly all of the scatter is its own.
 */
export function mustRefit({ trace, kappa, deviations }: Scatter, labels: Int32Array, i: number): boolean {
  if (labels.length <= 2 || labels[i] === lastPairOf(labels)) return true
  return lostWithout({ kappa, deviations }, i) > nearlyAll * trace
}

/** What the trace loses without image i: `κ_i·|v_i|²`. */
export function lostWithout({ kappa, deviations }: Pick<Scatter, 'kappa' | 'deviations'>, i: number): number {
  return (kappa[i] as number) * squareOf(rowOf(deviations, i))
}

/** The class whose pair is the last of all pairs, so that leaving out either changes what the scatter is taken of. */
function lastPairOf(labels: Int32Array): number {
  const counts = countsOf(labels)
  const several = counts.filter((count) => count > 1)
  return several.length === 1 && several[0] === 2 ? counts.indexOf(2) : -1
}

/** The number of images of each class, up to the last that has any. */
function countsOf(labels: Int32Array): number[] {
  const counts: number[] = []
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return Array.from(counts, (count) => count ?? 0)
}

/**
 * The mean of each class, [C, d]; zeros for a class without images. Summed in double precision, so that equal images
 * have no deviations from their mean, not even by rounding.
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
