import type { Matrix } from '../../tensor/matrix.js'
import { evennessOf, sharesOf } from './even-shares.js'

/**
 * How far the queries that are drawn to each class are trusted, [C], from 0 to 1, where queries do not look evenly spread over the
 * classes:
 *
 *     (min(1, h_c/h)²·min(1, 2s_c/(s_c + 1)))^(1 − e),   h_c = Σ_i R_ic·R⁰_ic / Σ_i R_ic,
 *
 * R how they are assigned, [N, C], R⁰ how labelled images alone would assign them, h the median of h_c over classes, s_c the share of
 * the class and e how even the shares are (`even-shares.ts`). A class that has no queries draws those of others: few, of which little was its
 * own before.
 */
export function drawnTrust(assigned: Matrix, alone: Matrix, counts: Int32Array): Float64Array {
  const { columns, data } = assigned
  const [drawn, own] = [new Float64Array(columns), new Float64Array(columns)]
  for (let at = 0; at < data.length; at++) {
    const c = at % columns
    drawn[c] = (drawn[c] as number) + (data[at] as number)
    own[c] = (own[c] as number) + (data[at] as number) * (alone.data[at] as number)
  }
  const kept = own.map((sum, c) => sum / Math.max(drawn[c] as number, 1e-9))
  const usual = Math.max(medianOf(kept.filter((_, c) => counts[c] !== 0)), 1e-9)
  const shares = sharesOf(assigned, counts)
  const exponent = 1 - evennessOf(shares, counts)
  return kept.map((each, c) => {
    const share = shares[c] as number
    return (Math.min(1, each / usual) ** 2 * Math.min(1, (2 * share) / (share + 1))) ** exponent
  })
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
