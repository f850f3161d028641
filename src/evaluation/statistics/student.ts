/** Student's two-sided p-value: the probability of |T| ≥ |t| with `degrees` degrees of freedom, which may be fractional. */
export function studentPValue(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0
  return incompleteBeta(degrees / (degrees + t * t), (t * t) / (degrees + t * t), degrees / 2, 0.5)
}

/** The t that |T| exceeds with probability `alpha`, for `degrees` degrees of freedom: 2.228 for 0.05 and 10. */
export function studentQuantile(alpha: number, degrees: number): number {
  let [low, high] = [0, 1]
  while (studentPValue(high, degrees) > alpha) [low, high] = [high, 2 * high]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (studentPValue(middle, degrees) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * The regularised incomplete beta function I(x; a, b), by its continued fraction (DLMF 8.17.22). `complement` is 1 − x, which
 * the caller knows better where x is close to 1.
 */
function incompleteBeta(x: number, complement: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (complement <= 0) return 1
  // The fraction converges fast below the mean of the distribution.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(complement, x, b, a)
  const logFront = a * Math.log(x) + b * Math.log(complement) - Math.log(a) - logBeta(a, b)
  return Math.exp(logFront) * betaFraction(x, a, b)
}

/** The continued fraction of I(x; a, b), by the method of Lentz (Numerical Recipes, section 5.2). */
function betaFraction(x: number, a: number, b: number): number {
  const nonZero = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value)
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 10_000; m++) {
    for (const coefficient of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / nonZero(1 + coefficient * d)
      c = nonZero(1 + coefficient / c)
      fraction *= c * d
    }
    if (Math.abs(c * d - 1) < 2 ** -52) break
  }
  return fraction
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)

/** log Γ(x) for x > 0: Stirling's series (DLMF 5.11.1), after Γ(x + 1) = x·Γ(x) has brought x above 10. */
function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += Math.log(z)
  const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156]
  const correction = series.reduce((sum, coefficient, k) => sum + coefficient / z ** (2 * k + 1), 0)
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + correction - shift
}
