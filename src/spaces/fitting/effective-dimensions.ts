/**
 * `(tr Σ)²/tr Σ²`: in how many directions features scatter, 1 where it is one and d where they are alike. Estimated
 * without bias above and below the line from a scatter `S ~ Wishart(Σ, freedom)` with
 *
 *     E[(tr S)²] = freedom²·(tr Σ)² + 2·freedom·tr Σ²,   E[tr S²] = freedom·(freedom + 1)·tr Σ² + freedom·(tr Σ)².
 *
 * Where the sample is too small to tell, d.
 */
export function effectiveDimensions(scatter: {
  /** tr S. */
  readonly trace: number
  /** tr S². */
  readonly squares: number
  /** Degrees of freedom: observations less the means taken from them. */
  readonly freedom: number
  readonly dimensions: number
}): number {
  const { trace, squares, freedom, dimensions } = scatter
  const across = (freedom + 1) * trace * trace - 2 * squares
  const along = freedom * squares - trace * trace // no less than 0, and 0 where all directions seen are alike
  if (along <= 1e-6 * freedom * squares) return dimensions
  return Math.min(Math.max(across / along, 1), dimensions)
}
