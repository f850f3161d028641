export interface CarriedTemperature {
  /** What fits the images that were left out, scored by caches without them. */
  readonly temperature: number
  /** What fits the same images, scored by caches with fewer keys still. */
  readonly ofFewer: number
  /** How far it is to the whole cache, in steps as that from the fewer keys to those without the images. */
  readonly steps: number
}

/**
 * The temperature of the whole cache. With more keys the scale of logits changes, since sums over keys grow with them and a covariance of few
 * images makes logits too large, and the answers get better. So the temperature that fits the images that were left out is not that of
 * the whole cache. Its logarithm is taken to change as one by the number of keys does, as estimates from samples do, so the ratio of the
 * temperatures with more and with fewer keys is raised to `steps`. Both are by likelihood: a temperature that only kept the confidence
 * would miss that more keys deserve more of it.
 */
export function carryTemperature({ temperature, ofFewer, steps }: CarriedTemperature): number {
  const ratio = Math.min(maxRatio, Math.max(1 / maxRatio, temperature / ofFewer))
  return temperature * ratio ** steps
}

/** Beyond this, caches are too small to tell. */
const maxRatio = 4
