import { type Matrix, mapMatrix } from '../../tensor/matrix.js'
import { presentClasses } from './assignment.js'

/**
 * What the logarithm of each class's probability loses where queries look evenly spread over the classes: `η·log((s_c + ½)/1½)`,
 * [C], s_c the share of class c in the queries as they are assigned, [n, C], times the number of classes with keys. So a class
 * that is given more than its share loses some, and one with less gains. How evenly they are spread shows in the
 * shares themselves: `η = 2·max(0, 1 − 2·v)`, v the mean of (s_c − 1)². Where half of the classes are absent, v is about 1, and no class
 * loses anything.
 */
export function evenShares(assigned: Matrix, counts: Int32Array): Float64Array {
  const present = presentClasses(counts)
  const shares = new Float64Array(assigned.columns)
  for (let at = 0; at < assigned.data.length; at++) {
    const c = at % assigned.columns
    shares[c] = (shares[c] as number) + ((assigned.data[at] as number) * present) / assigned.rows
  }
  const variance =
    shares.reduce((sum, share, c) => sum + (counts[c] === 0 ? 0 : (share - 1) ** 2), 0) / present
  const eta = most * Math.max(0, 1 - variance / unevenVariance)
  return shares.map((share) => eta * Math.log((share + smoothing) / (1 + smoothing)))
}

const most = 2
/** v from which classes are taken to be uneven. */
const unevenVariance = 1 / 2
const smoothing = 1 / 2

/** `affinities − by·discounts` for every query, [n, C]. */
export const discounted = (affinities: Matrix, discounts: Float64Array, by: number): Matrix =>
  mapMatrix(affinities, (affinity, _, c) => affinity - by * (discounts[c] as number))
