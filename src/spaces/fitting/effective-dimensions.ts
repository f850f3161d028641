/**
 * The number of directions that features effectively scatter in, `(tr Σ)²/tr Σ²`: 1 for a single direction, d if all are
 * alike. Numerator and denominator are estimated without bias from a scatter `S ~ Wishart(Σ, freedom)` with
 *
 *     E[(tr S)²] = freedom²·(tr Σ)² + 2·freedom·tr Σ²,   E[tr S²] = freedom·(freedom + 1)·tr Σ² + freedom·(tr Σ)².
 *
 * Returns d if the sample is too small to tell.
 */
export function effectiveDimensions(scatter: {
  /** tr S. */
  readonly trace: number
  /** tr S². */
  readonly squares: number
  /** Degrees of freedom: the number of observations less the number of means subtracted from them. */
  readonly freedom: number
  readonly dimensions: number
}): number {
  const { trace, squares, freedom, dimensions } = scatter
  const across = (freedom + 1) * trace * trace - 2 * squares
  const along = freedom * squares - trace * trace // at least 0; 0 if all observed directions are alike
  if (along <= 1e-6 * freedom * squares) return dimensions
  return Math.min(Math.max(across / along, 1), dimensions)
}
