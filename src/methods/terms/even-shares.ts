import { type Matrix, mapMatrix } from '../../tensor/matrix.js'
import { presentClasses } from './assignment.js'

/**
 * What the logarithm of each class's probability loses: `(2·e − q·(1 − e))·log((s_c + ½)/1½)`, [C], s_c the share of class c
 * (`sharesOf`), e how even the shares look (`evennessOf`), q how far they are known. Where queries look evenly spread over the classes, a
 * class that is given more than its share loses some, and one with less gains. Where they do not, it is the other way round: the shares are
 * the classes' prior, with the smoothing of a Dirichlet prior.
 */
export function evenShares(assigned: Matrix, counts: Int32Array, known: number): Float64Array {
  const shares = sharesOf(assigned, counts)
  const evenness = evennessOf(shares, counts)
  const eta = most * evenness - known * (1 - evenness)
  return shares.map((share) => eta * Math.log((share + smoothing) / (1 + smoothing)))
}

/** The share of each class in the queries as they are assigned, [N, C], times the number of classes with keys: s, [C], 1 if all are alike. */
export function sharesOf(assigned: Matrix, counts: Int32Array): Float64Array {
  const present = presentClasses(counts)
  const shares = new Float64Array(assigned.columns)
  for (let at = 0; at < assigned.data.length; at++) {
    const c = at % assigned.columns
    shares[c] = (shares[c] as number) + ((assigned.data[at] as number) * present) / assigned.rows
  }
  return shares
}

/** `e = max(0, 1 − 2·v)`, v the mean of (s_c − 1)²: 1 where all shares are alike. Where half of the classes are absent, v is about 1, and e is 0. */
export function evennessOf(shares: Float64Array, counts: Int32Array): number {
  const squares = shares.reduce((sum, share, c) => sum + (counts[c] === 0 ? 0 : (share - 1) ** 2), 0)
  return Math.max(0, 1 - squares / presentClasses(counts) / unevenVariance)
}

const most = 2
/** v from which classes are taken to be uneven. */
const unevenVariance = 1 / 2
const smoothing = 1 / 2

/** `affinities − by·discounts` for every query, [n, C]. */
export const discounted = (affinities: Matrix, discounts: Float64Array, by: number): Matrix =>
  mapMatrix(affinities, (affinity, _, c) => affinity - by * (discounts[c] as number))
