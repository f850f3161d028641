/** What was counted in one sample. */
export interface Count {
  /** How many have the property. */
  readonly count: number
  readonly of: number
}

/**
 * Fisher's exact test of two shares, two-sided: the probability of all tables with these sums that are at most as likely as the
 * one that was counted. 1 if a sample is empty.
 */
export function fisher(a: Count, b: Count): number {
  const total = a.count + b.count
  const logFactorials = logFactorialsTo(a.of + b.of)
  const logChoose = (n: number, k: number): number =>
    (logFactorials[n] as number) - (logFactorials[k] as number) - (logFactorials[n - k] as number)
  const logLikelihood = (count: number): number =>
    logChoose(a.of, count) + logChoose(b.of, total - count) - logChoose(a.of + b.of, total)
  // Rounding must not part tables that are equally likely.
  const most = logLikelihood(a.count) + 1e-7
  let sum = 0
  for (let count = Math.max(0, total - b.of); count <= Math.min(a.of, total); count++) {
    const likelihood = logLikelihood(count)
    if (likelihood <= most) sum += Math.exp(likelihood)
  }
  return Math.min(1, sum)
}

/** log(n!) by n. */
function logFactorialsTo(n: number): Float64Array {
  const logs = new Float64Array(n + 1)
  for (let k = 2; k <= n; k++) logs[k] = (logs[k - 1] as number) + Math.log(k)
  return logs
}
