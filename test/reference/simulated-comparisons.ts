/**
 * Comparisons by chance, of methods whose true accuracy is known: a method classifies image i with support set s correctly if
 * μ + σ_i·u_i + σ_s·v_s + ε > 0, all normal (a probit model). Methods share a part of what makes images hard and support sets
 * good.
 */
import type { Outcomes } from '../../src/evaluation/statistics/crossed-design.js'
import { type Random, seeded } from '../../src/system/random.js'

export interface Model {
  /** The true accuracy of each method, from 0 to 1. */
  readonly accuracies: readonly number[]
  /** The standard deviations of images and of support sets, where ε has 1. */
  readonly images: number
  readonly sets: number
  /** The shares of their variances that methods have in common. */
  readonly sharedImages: number
  readonly sharedSets: number
}

/** The outcomes of each method with `sets` support sets on `images` images. */
export function simulate(model: Model, sets: number, images: number, random: Random): Outcomes[] {
  const draw = (count: number) => Float64Array.from({ length: count }, () => normal(random))
  const mix = (shared: Float64Array, share: number) => {
    const own = draw(shared.length)
    return shared.map((value, i) => Math.sqrt(share) * value + Math.sqrt(1 - share) * (own[i] as number))
  }
  const [sharedImages, sharedSets] = [draw(images), draw(sets)]
  const deviation = Math.sqrt(1 + model.images ** 2 + model.sets ** 2)
  return model.accuracies.map((accuracy) => {
    const mean = normalQuantile(accuracy) * deviation
    const [ofImages, ofSets] = [mix(sharedImages, model.sharedImages), mix(sharedSets, model.sharedSets)]
    const values = new Float64Array(sets * images)
    for (let s = 0; s < sets; s++) {
      for (let i = 0; i < images; i++) {
        const score =
          mean + model.images * (ofImages[i] as number) + model.sets * (ofSets[s] as number) + normal(random)
        values[s * images + i] = score > 0 ? 1 : 0
      }
    }
    return { sets, images, values }
  })
}

export const difference = (a: Outcomes, b: Outcomes): Outcomes => ({
  ...a,
  values: a.values.map((value, k) => value - (b.values[k] as number)),
})

/** A standard normal number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** The x with Φ(x) = p, by bisection of Φ as a series (Marsaglia 2004). */
function normalQuantile(p: number): number {
  let [low, high] = [-8, 8]
  for (let step = 0; step < 60; step++) {
    const x = (low + high) / 2
    let [sum, term] = [x, x]
    for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
      term *= (x * x) / k
      sum += term
    }
    const below = 0.5 + sum * Math.exp(-(x * x) / 2 - 0.5 * Math.log(2 * Math.PI))
    if (below < p) low = x
    else high = x
  }
  return (low + high) / 2
}

export const stream = (...seed: (string | number)[]): Random => seeded('simulation', ...seed)
