import { type Matrix, matrix, meanRow, rowOf, subtractRow } from '../../tensor/matrix.js'
import type { LabelledFeatures } from '../contract.js'

/** A smaller share of a multiple of I counts as this: a scatter is in single precision, whose errors are up to a tenth of it. */
export const minShrinkage = 1e-4

/** The deviations of support features from their class means, or, if no class has two images, from the overall mean. */
export interface Deviations {
  /** Whether some class has two images. */
  readonly within: boolean
  /** [d]: the mean of all features. */
  readonly mean: Float32Array
  /** [S, d]: `x − μ_class`, or `x − mean` if no class has two images. */
  readonly deviations: Matrix
  /** The number of images less the number of means subtracted. */
  readonly freedom: number
}

/** Computes the deviations of a support set. */
export function deviationsOf({ features, labels }: LabelledFeatures): Deviations {
  const mean = meanRow(features)
  const counts = countsOf(labels)
  const within = counts.some((count) => count > 1)
  const deviations = within
    ? subtractClassMeans(features, labels, classMeans(features, labels, counts.length))
    : subtractRow(features, mean)
  const means = within ? counts.filter((count) => count > 0).length : 1
  return { within, mean, deviations, freedom: features.rows - means }
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

/** `x − μ_class` of every row, [S, d]; `means` are μ, [C, d]. */
export function subtractClassMeans(features: Matrix, labels: Int32Array, means: Matrix): Matrix {
  const deviations = matrix(features.rows, features.columns)
  for (let i = 0; i < features.rows; i++) {
    const mean = rowOf(means, labels[i] as number)
    rowOf(deviations, i).set(rowOf(features, i).map((value, k) => value - (mean[k] as number)))
  }
  return deviations
}
