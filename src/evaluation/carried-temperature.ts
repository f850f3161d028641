import type { Matrix } from '../tensor/matrix.js'
import { matchConfidence, meanConfidence } from './confidence-match.js'

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
  const [low, high] = [temperature / maxRatio, temperature * maxRatio]
  const ofFewer = matchConfidence(fewer, meanConfidence(logits, temperature), { low, high })
  return temperature * (temperature / ofFewer) ** steps
}

/** Beyond this, caches are too small to tell. */
const maxRatio = 4
