interface Spectrum {
  readonly values: readonly number[]
  readonly vectors: readonly (readonly number[])[]
}

const known = new Map<string, Spectrum>()

/** Eigenvalues and eigenvectors (one a column) of a symmetric matrix. Remembered: many formulas need the same ones. */
export function eigen(symmetric: readonly (readonly number[])[]): Spectrum {
  const key = JSON.stringify(symmetric)
  const spectrum = known.get(key) ?? byRotations(symmetric)
  known.set(key, spectrum)
  return spectrum
}

/** By Jacobi's rotations. */
function byRotations(symmetric: readonly (readonly number[])[]): Spectrum {
  const n = symmetric.length
  const a = symmetric.map((row) => [...row])
  const v = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)))
  const at = (m: number[][], i: number, j: number): number => m[i]?.[j] ?? 0
  const set = (m: number[][], i: number, j: number, value: number): void => {
    const row = m[i]
    if (row) row[j] = value
  }
  for (let sweep = 0; sweep < 50; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (at(a, p, q) === 0) continue
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q))
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [at(a, k, p), at(a, k, q)]
          set(a, k, p, c * kp - s * kq)
          set(a, k, q, s * kp + c * kq)
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [at(a, p, k), at(a, q, k)]
          set(a, p, k, c * pk - s * qk)
          set(a, q, k, s * pk + c * qk)
        }
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [at(v, k, p), at(v, k, q)]
          set(v, k, p, c * kp - s * kq)
          set(v, k, q, s * kp + c * kq)
        }
      }
    }
  }
  return { values: a.map((_, i) => at(a, i, i)), vectors: v }
}
