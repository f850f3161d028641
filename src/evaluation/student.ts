/** Student's two-sided p-value of t, by degrees of freedom. */
export const studentPValue = (t: number, degrees: number): number =>
  correlationPValue(Number.isFinite(t) ? t / Math.sqrt(degrees + t * t) : 1, degrees + 2)

/**
 * Student's two-sided p-value of a correlation r of n points, t = r·√(ν/(1 − r²)) with ν = n − 2 degrees of freedom:
 * the regularised incomplete beta function I(1 − r²; ν/2, ½), summed over positive terms (DLMF 8.17.8), so that small
 * p-values stay accurate. For r near 0 it sums from the other end, which needs fewer terms.
 */
export function correlationPValue(r: number, n: number): number {
  const half = (n - 2) / 2
  const square = r * r
  return square > 1e-3 ? incompleteBeta(1 - square, half, 0.5) : 1 - incompleteBeta(square, 0.5, half)
}

/** I(x; a, b) for a and b that are multiples of ½, one of them ½ itself. */
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

/** log B(a, ½) for a multiple of ½, from B(½, ½) = π and B(1, ½) = 2 by B(a + 1, ½) = B(a, ½)·a/(a + ½). */
function logBetaWithHalf(a: number): number {
  let log = Number.isInteger(a) ? Math.LN2 : Math.log(Math.PI)
  for (let at = Number.isInteger(a) ? 1 : 0.5; at < a; at++) log += Math.log(at / (at + 0.5))
  return log
}
