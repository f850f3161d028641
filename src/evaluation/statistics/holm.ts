/**
 * Holm's adjustment of the p-values of several tests. Rejecting below α bounds the probability of any false rejection
 * by α, for any dependence between the tests. Where there is no p-value (null), there is no test to adjust for.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const tests = [...pValues.entries()].flatMap(([i, p]) => (p === null ? [] : [{ i, p }]))
  const adjusted = new Array<number | null>(pValues.length).fill(null)
  let least = 0
  for (const [rank, { i, p }] of tests.sort((a, b) => a.p - b.p).entries()) {
    least = Math.max(least, Math.min(1, (tests.length - rank) * p))
    adjusted[i] = least
  }
  return adjusted
}
