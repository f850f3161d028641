import { seeded } from '../system/random.js'

/** A statistic over seeds: mean, standard deviation (n − 1) and a 95 % bootstrap interval of the mean. */
export interface Statistic {
  readonly mean: number
  readonly standardDeviation: number
  readonly low: number
  readonly high: number
  readonly n: number
}

const resamples = 10_000

/**
 * Summarises values, one per seed. The interval is the bootstrap percentile interval: over all resamples if there are
 * at most 10,000 (up to five values), otherwise over 10,000 seeded ones. For a single value, the interval is that
 * value and the deviation 0. Throws a RangeError for no values.
 */
export function summarise(values: readonly number[]): Statistic {
  const n = values.length
  if (n === 0) throw new RangeError('summarise needs at least one value')
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const standardDeviation = n > 1 ? Math.sqrt(squares / (n - 1)) : 0
  const means = n ** n <= resamples ? allMeans(values) : drawnMeans(values)
  means.sort()
  return { mean, standardDeviation, low: quantile(means, 0.025), high: quantile(means, 0.975), n }
}

/** The means of all nⁿ resamples. The base-n digits of r are the values of resample r. */
function allMeans(values: readonly number[]): Float64Array {
  const n = values.length
  return new Float64Array(n ** n).map((_, resample) => {
    let sum = 0
    for (let i = 0, digits = resample; i < n; i++, digits = Math.floor(digits / n)) {
      sum += values[digits % n] as number
    }
    return sum / n
  })
}

function drawnMeans(values: readonly number[]): Float64Array {
  const n = values.length
  const random = seeded('bootstrap', n)
  return new Float64Array(resamples).map(() => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += values[random.integer(n)] as number
    return sum / n
  })
}

/**
 * McNemar's exact test of two classifiers on the same images. Under equal quality, the p-value is the probability
 * that the images where only one is right split at least as unevenly as here; two-sided, from the binomial
 * distribution.
 */
export function mcnemar(wins: number, losses: number): number {
  const n = wins + losses
  if (n === 0) return 1
  // P(X ≤ min) for X ~ Binomial(n, ½), its terms in logarithms, because ½ⁿ underflows for n > 1,000.
  let logTerm = -n * Math.LN2
  let tail = 0
  for (let k = 0; k <= Math.min(wins, losses); k++) {
    if (k > 0) logTerm += Math.log((n - k + 1) / k)
    tail += Math.exp(logTerm)
  }
  return Math.min(1, 2 * tail)
}

/**
 * Holm's adjustment of the p-values of several tests. Rejecting below α bounds the probability of any false rejection
 * by α, for any dependence between the tests.
 */
export function holm(pValues: readonly number[]): number[] {
  const ascending = [...pValues.keys()].sort((a, b) => (pValues[a] as number) - (pValues[b] as number))
  const adjusted = new Array<number>(pValues.length)
  let least = 0
  for (const [rank, i] of ascending.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * (pValues[i] as number)))
    adjusted[i] = least
  }
  return adjusted
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The smallest of the sorted values that at least this share of them does not exceed. */
function quantile(sorted: Float64Array, share: number): number {
  const position = Math.ceil(share * sorted.length) - 1
  return sorted[Math.max(0, position)] as number
}
