import type { Matrix } from '../tensor/matrix.js'
import { matchConfidence, meanConfidence } from './confidence-match.js'
import { fitTemperature, type LabelledLogits } from './temperature.js'

export interface CarriedTemperature {
  /** What fits the logits. */
  readonly temperature: number
  /** [m, C]: the logits of images that were left out, by caches without them. */
  readonly logits: Matrix
  /** The same images, in any order, by caches with fewer keys still. */
  readonly fewer: LabelledLogits
  /** How far it is to the whole cache, in steps as that from `fewer` to `logits`. */
  readonly steps: number
}

/**
 * The temperature of the whole cache. With more keys the scale of logits changes, since sums over keys grow with them and a covariance of few
 * images makes logits too large, and the answers get better. So the temperature that fits the images that were left out is not that of
 * the whole cache. Its logarithm is taken to change as one by the number of keys does, as estimates from samples do, so the ratio of the
 * temperatures with more and with fewer keys is raised to `steps`.
 *
 * That ratio is known in two ways. The temperatures at which both have the same mean confidence tell it without labels, but miss that better answers
 * deserve more confidence. Those that fit both by likelihood know that, from few labels. The geometric mean of the two errs least.
 */
export function carryTemperature({ temperature, logits, fewer, steps }: CarriedTemperature): number {
  const [low, high] = [temperature / maxRatio, temperature * maxRatio]
  const asSure = matchConfidence(fewer.logits, meanConfidence(logits, temperature), { low, high })
  const likely = Math.min(high, Math.max(low, fitTemperature(fewer) ?? temperature))
  return temperature * (temperature / Math.sqrt(asSure * likely)) ** steps
}

/** Beyond this, caches are too small to tell. */
const maxRatio = 4
