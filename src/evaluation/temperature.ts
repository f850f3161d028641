import type { Matrix } from '../tensor/matrix.js'

/** Logits of labelled images: [m, C], and their classes, [m]. */
export interface LabelledLogits {
  readonly logits: Matrix
  readonly labels: Int32Array
}

/** What is known of a temperature before there are images: its logarithm is normal. */
export interface TemperaturePrior {
  readonly temperature: number
  /** The standard deviation of the logarithm. */
  readonly deviation: number
}

/**
 * The temperature T that makes softmax(logits/T) most likely (Guo et al. 2017, "On Calibration of Modern Neural Networks",
 * section 4.2). Null if there are no images.
 *
 * Targets are smoothed as Platt (1999) does: the true class counts (m + 1)/(m + 2) and all classes share the rest. So T stays
 * positive where every image is right, and the fewer the images, the less certain the probabilities. In 1/T the loss is convex,
 * and its slope is found by bisection. With a prior, the posterior density of log T is greatest there.
 */
export function fitTemperature({ logits, labels }: LabelledLogits, prior?: TemperaturePrior): number | null {
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
  const likely = mostLikely(slope, spread)
  if (prior === undefined) return likely
  // The slope of the loss in log T. Between the likely temperature and that of the prior it changes its sign.
  const slopeAt = (temperature: number) =>
    Math.log(temperature / prior.temperature) / prior.deviation ** 2 - slope(1 / temperature) / temperature
  return whereSignChanges(slopeAt, Math.min(likely, prior.temperature), Math.max(likely, prior.temperature))
}

/** The temperature where the slope of the loss in 1/T is 0, for logits that are so far from their mean. */
function mostLikely(slope: (inverse: number) => number, spread: number): number {
  const [low, high] = [1e-4 / spread, 1e6 / spread]
  // The slope grows with 1/T. Where it is positive from the start, the logits say nothing about the class.
  return slope(low) >= 0 ? 1 / low : 1 / whereSignChanges(slope, low, high)
}

/** Where a function that is negative at `from` and positive at `to` changes its sign, by bisection of the logarithm. */
function whereSignChanges(of: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  for (let step = 0; step < 60 && high / low > 1 + 1e-6; step++) {
    const middle = Math.sqrt(low * high)
    if (of(middle) < 0) low = middle
    else high = middle
  }
  return Math.sqrt(low * high)
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
