import type { Matrix } from '../tensor/matrix.js'

/** Logits of labelled images: [m, C], and their classes, [m]. */
export interface LabelledLogits {
  readonly logits: Matrix
  readonly labels: Int32Array
}

/**
 * The temperature T that makes softmax(logits/T) most likely (Guo et al. 2017, "On Calibration of Modern Neural Networks",
 * section 4.2). Null if there are no images.
 *
 * Targets are smoothed as Platt (1999) does: the true class counts (m + 1)/(m + 2) and all classes share the rest. So T stays
 * positive where every image is right, and the fewer the images, the less certain the probabilities. In 1/T the loss is convex,
 * and its slope is found by bisection.
 */
export function fitTemperature({ logits, labels }: LabelledLogits): number | null {
  const { rows, columns, data } = logits
  if (rows === 0) return null
  const smoothing = 1 / (rows + 2)
  let target = 0
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns)
    const mean = row.reduce((sum, logit) => sum + logit, 0) / columns
    target += (1 - smoothing) * (row[labels[i] as number] as number) + smoothing * mean
  }
  const slope = (inverse: number): number => sumOfExpectedLogits(logits, inverse) - target
  const spread = meanSpread(logits)
  if (spread === 0) return 1
  let [low, high] = [1e-4 / spread, 1e6 / spread]
  // The slope grows with 1/T. Where it is positive from the start, the logits say nothing about the class.
  if (slope(low) >= 0) return 1 / low
  for (let step = 0; step < 60 && high / low > 1 + 1e-6; step++) {
    const middle = Math.sqrt(low * high)
    if (slope(middle) < 0) low = middle
    else high = middle
  }
  return 1 / Math.sqrt(low * high)
}

/** The mean over images of how far logits are from their mean: the scale of T. */
function meanSpread({ rows, columns, data }: Matrix): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns)
    const mean = row.reduce((all, logit) => all + logit, 0) / columns
    sum += row.reduce((all, logit) => all + Math.abs(logit - mean), 0) / columns
  }
  return sum / rows
}

/** The sum over images of the mean logit under softmax(inverse·logits). */
function sumOfExpectedLogits({ rows, columns, data }: Matrix, inverse: number): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const from = i * columns
    let greatest = Number.NEGATIVE_INFINITY
    for (let c = 0; c < columns; c++) greatest = Math.max(greatest, data[from + c] as number)
    let [weights, weighted] = [0, 0]
    for (let c = 0; c < columns; c++) {
      const logit = data[from + c] as number
      const weight = Math.exp(inverse * (logit - greatest))
      weights += weight
      weighted += weight * logit
    }
    sum += weighted / weights
  }
  return sum
}
