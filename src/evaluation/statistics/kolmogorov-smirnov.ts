/** Beyond so many steps of the exact count, the limit of Kolmogorov is as good and much faster. */
const maxExactSteps = 10_000_000

export interface KolmogorovSmirnov {
  /** The greatest difference of the two empirical distribution functions, from 0 to 1. */
  readonly statistic: number
  /** The two-sided p-value of one distribution for both samples. */
  readonly pValue: number
}

/**
 * The two-sample test of Kolmogorov and Smirnov. The p-value is exact (Hodges 1957): the share of all ways to mix the samples whose
 * greatest difference is at least as great. With equal values in both it is a little too large. For samples of which the product
 * of sizes is above ten million it is that of the limiting distribution. Null if a sample is empty.
 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnov | null {
  if (a.length === 0 || b.length === 0) return null
  const statistic = greatestDifference(Float64Array.from(a).sort(), Float64Array.from(b).sort())
  const pValue =
    a.length * b.length <= maxExactSteps
      ? exactPValue(statistic, a.length, b.length)
      : limitPValue(statistic * Math.sqrt((a.length * b.length) / (a.length + b.length)))
  return { statistic, pValue }
}

function greatestDifference(a: Float64Array, b: Float64Array): number {
  let [i, j, greatest] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number)
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    greatest = Math.max(greatest, Math.abs(i / a.length - j / b.length))
  }
  return greatest
}

/** 1 minus the probability that a random walk from (0, 0) to (n, m) stays nearer to the diagonal than the statistic. */
function exactPValue(statistic: number, n: number, m: number): number {
  // Differences are multiples of 1/(n·m); half a step less tells "at least" apart from "less" despite rounding.
  const bound = (Math.round(statistic * n * m) - 0.5) / (n * m)
  // inside[j]: the probability of reaching (i, j) without having been outside.
  const inside = new Float64Array(m + 1)
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (i === 0 && j === 0) inside[j] = 1
      else {
        const fromLeft = i > 0 ? ((inside[j] as number) * (n - i + 1)) / (n + m - i + 1 - j) : 0
        const fromBelow = j > 0 ? ((inside[j - 1] as number) * (m - j + 1)) / (n + m - i - j + 1) : 0
        inside[j] = Math.abs(i / n - j / m) > bound ? 0 : fromLeft + fromBelow
      }
    }
  }
  return Math.min(1, Math.max(0, 1 - (inside[m] as number)))
}

/** Kolmogorov's distribution: 2·Σ (−1)^(k−1)·exp(−2k²λ²). */
function limitPValue(lambda: number): number {
  // The sum converges slowly near 0, where the p-value is 1.
  if (lambda < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2)
  return Math.min(1, Math.max(0, sum))
}
