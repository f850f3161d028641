import { correlationPValue } from '../statistics/student.js'

/** The correlation of two quantities over the same points. */
export interface Correlation {
  /** The coefficient of the values, from −1 to 1. */
  readonly pearson: Coefficient
  /** The coefficient of the ranks; equal values share their mean rank. */
  readonly spearman: Coefficient
  readonly n: number
}

export interface Coefficient {
  readonly value: number
  /**
   * The two-sided p-value from Student's t with n − 2 degrees of freedom. An approximation for Spearman's
   * coefficient, rough below about ten points.
   */
  readonly pValue: number
}

/**
 * Pearson's and Spearman's correlation of two lists of equal length. Returns a string with the reason if there is
 * none: fewer than three points, or a constant quantity.
 */
export function correlate(xs: readonly number[], ys: readonly number[]): Correlation | string {
  if (xs.length !== ys.length) throw new RangeError('a correlation needs two lists of equal length')
  const n = xs.length
  if (n < 3) return `A correlation needs at least three points, not ${n}.`
  for (const values of [xs, ys]) {
    if (values.every((value) => value === values[0])) {
      const which = values === xs ? 'first' : 'second'
      return `All ${n} points have the same ${which} coordinate, so there is no correlation.`
    }
  }
  const coefficient = (a: readonly number[], b: readonly number[]): Coefficient => {
    const value = pearsonOf(a, b)
    return { value, pValue: correlationPValue(value, n) }
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

/** Ranks from 1; equal values share their mean rank. */
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
