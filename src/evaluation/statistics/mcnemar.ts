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
