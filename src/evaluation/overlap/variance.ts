import type { Matrix } from '../../tensor/matrix.js'

/** The variance of features within classes and between them. */
export interface FeatureVariance {
  /** The mean squared distance of a feature from its class mean. */
  readonly within: number
  /** The mean squared distance of a class mean from the mean of all features. */
  readonly between: number
  /** `within` divided by `between`. Lower is better separated. */
  readonly ratio: number
}

/** Computes the feature variances in double precision, without classes that have no images. */
export function varianceOf(
  { rows, columns, data }: Matrix,
  labels: Int32Array,
  classes: number,
): FeatureVariance {
  const counts = new Float64Array(classes)
  const means = new Float64Array(classes * columns)
  const mean = new Float64Array(columns)
  for (let i = 0, at = 0; i < rows; i++) {
    const c = labels[i] as number
    counts[c] = (counts[c] as number) + 1
    for (let k = 0; k < columns; k++, at++) {
      means[c * columns + k] = (means[c * columns + k] as number) + (data[at] as number)
      mean[k] = (mean[k] as number) + (data[at] as number) / rows
    }
  }
  let between = 0
  let present = 0
  for (let c = 0; c < classes; c++) {
    if (counts[c] === 0) continue
    present++
    for (let k = 0; k < columns; k++) {
      const at = c * columns + k
      means[at] = (means[at] as number) / (counts[c] as number)
      between += ((means[at] as number) - (mean[k] as number)) ** 2
    }
  }
  let within = 0
  for (let i = 0, at = 0; i < rows; i++) {
    const start = (labels[i] as number) * columns
    for (let k = 0; k < columns; k++, at++)
      within += ((data[at] as number) - (means[start + k] as number)) ** 2
  }
  within /= rows
  between /= present
  return { within, between, ratio: within / between }
}
