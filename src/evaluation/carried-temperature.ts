import type { Matrix } from '../tensor/matrix.js'

export interface CarriedTemperature {
  /** What fits the logits. */
  readonly temperature: number
  /** [m, C]: the logits of images that were left out, by caches without them. */
  readonly logits: Matrix
  /** [m, C]: the logits of the same images, in any order, by caches with fewer keys still. */
  readonly fewer: Matrix
  /** How far it is to the whole cache, in steps as that from `fewer` to `logits`. */
  readonly steps: number
}

/**
 * The temperature of the whole cache. The scale of logits depends on the number of keys: sums over keys grow with them, and a
 * covariance of few images makes logits too large. So the temperature that fits the images that were left out is not that of the
 * whole cache. How it changes shows without labels: `fewer` has the same mean confidence at another temperature. The logarithm of
 * the temperature is taken to change as one by the number of keys does, as estimates from samples do, so the ratio of the two
 * temperatures is raised to `steps`.
 */
export function carryTemperature({ temperature, logits, fewer, steps }: CarriedTemperature): number {
  const confidence = meanConfidence(logits, temperature)
  let [low, high] = [1 / maxRatio, maxRatio]
  for (let step = 0; step < 40 && high / low > 1 + 1e-6; step++) {
    const middle = Math.sqrt(low * high)
    // The confidence falls as the temperature grows.
    if (meanConfidence(fewer, middle * temperature) > confidence) low = middle
    else high = middle
  }
  return temperature / Math.sqrt(low * high) ** steps
}

/** Beyond this, caches are too small to tell. */
const maxRatio = 4

/** The mean over images of the probability of the predicted class. */
function meanConfidence({ rows, columns, data }: Matrix, temperature: number): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const from = i * columns
    let greatest = Number.NEGATIVE_INFINITY
    for (let c = 0; c < columns; c++) greatest = Math.max(greatest, data[from + c] as number)
    let weights = 0
    for (let c = 0; c < columns; c++) {
      weights += Math.exp(((data[from + c] as number) - greatest) / temperature)
    }
    sum += 1 / weights
  }
  return sum / rows
}
