import type { SetVariance } from './crossed-design.js'
import { meanOf } from './moments.js'

/**
 * The variance between support sets of the difference of two methods, from all methods that were measured on the same support
 * sets: twice the mean square of the interaction of methods and support sets, with (M − 1)(S − 1) degrees of freedom
 * (Obuchowski and Rockette 1995). `means` has a row for each method and its mean with each support set: [M][S]. Null for fewer
 * than three methods or two support sets, which add nothing to what a pair says itself.
 */
export function pooledSetVariance(means: readonly (readonly number[])[]): SetVariance | null {
  const methods = means.length
  const sets = means[0]?.length ?? 0
  if (methods < 3 || sets < 2) return null
  const ofMethods = means.map(meanOf)
  const ofSets = Array.from({ length: sets }, (_, s) => meanOf(means.map((row) => row[s] as number)))
  const mean = meanOf(ofMethods)
  let squares = 0
  for (const [m, row] of means.entries()) {
    for (const [s, value] of row.entries()) {
      squares += (value - (ofMethods[m] as number) - (ofSets[s] as number) + mean) ** 2
    }
  }
  const degreesOfFreedom = (methods - 1) * (sets - 1)
  return { variance: (2 * squares) / degreesOfFreedom, degreesOfFreedom }
}
