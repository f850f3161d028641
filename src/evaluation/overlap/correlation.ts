/** How far two quantities go together over the same points. */
export interface Correlation {
  /** Of the values, from −1 to 1. */
  readonly pearson: Coefficient
  /** Of their ranks, equal values having the mean of theirs. */
  readonly spearman: Coefficient
  readonly n: number
}

export interface Coefficient {
  readonly value: number
  /**
   * Two-sided: how probable a coefficient at least as far from 0 is where there is no relation, by Student's t with n − 2
   * degrees of freedom. For Spearman's this is an approximation, rough below about ten points.
   */
  readonly pValue: number
}

/**
 * Pearson's and Spearman's correlation of two lists of equal length. A string says why there is none: fewer than three
 * points, or all of one quantity equal.
 */
export function correlate(xs: readonly number[], ys: readonly number[]): Correlation | string {
  if (xs.length !== ys.length) throw new RangeError('a correlation is between two lists of equal length')
  const n = xs.length
  if (n < 3) return `A correlation needs at least three points; there ${n === 1 ? 'is' : 'are'} ${n}.`
  for (const values of [xs, ys]) {
    if (values.every((value) => value === values[0])) {
      const which = values === xs ? 'first' : 'second'
      return `All ${n} points have the same ${which} coordinate, which then goes with nothing.`
    }
  }
  const coefficient = (a: readonly number[], b: readonly number[]): Coefficient => {
    const value = pearsonOf(a, b)
    return { value, pValue: pValueOf(value, n) }
  }
  return { pearson: coefficient(xs, ys), spearman: coefficient(ranksOf(xs), ranksOf(ys)), n }
}

function pearsonOf(xs: readonly number[], ys: readonly number[]): number {
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [i, x] of xs.entries()) {
    const [dx, dy] = [x - meanX, (ys[i] as number) - meanY]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Ranks from 1, equal values having the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => (values[i] as number) - (values[j] as number))
  const ranks = new Array<number>(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++
    for (const i of order.slice(from, to)) ranks[i] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

/**
 * Student's two-sided p-value of a correlation r of n points, t = r·√(ν/(1 − r²)) with ν = n − 2 degrees of freedom: the
 * regularised incomplete beta function I(1 − r²; ν/2, ½), summed over terms that are all positive (DLMF 8.17.8), so that
 * small p-values keep their digits; where r is next to nothing, from the other end, which needs fewer terms.
 */
export function pValueOf(r: number, n: number): number {
  const half = (n - 2) / 2
  const square = r * r
  return square > 1e-3 ? incompleteBeta(1 - square, half, 0.5) : 1 - incompleteBeta(square, 0.5, half)
}

/** I(x; a, b) for a and b that are multiples of a half, one of them ½. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  let term = 1
  let sum = 1
  for (let k = 0; term > sum * 2 ** -54; k++) {
    term *= ((a + b + k) / (a + 1 + k)) * x
    sum += term
  }
  const logFront = a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBetaWithHalf(a === 0.5 ? b : a)
  return Math.exp(logFront) * sum
}

/** log B(a, ½) for a multiple of a half, from B(½, ½) = π and B(1, ½) = 2 by B(a + 1, ½) = B(a, ½)·a/(a + ½). */
function logBetaWithHalf(a: number): number {
  let log = Number.isInteger(a) ? Math.LN2 : Math.log(Math.PI)
  for (let at = Number.isInteger(a) ? 1 : 0.5; at < a; at++) log += Math.log(at / (at + 0.5))
  return log
}
