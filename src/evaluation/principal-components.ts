import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, matrix, meanRow, subtractRow } from '../tensor/matrix.js'

/** Features along the directions in which they vary most. */
export interface PrincipalComponents {
  /** [n, k], the component with the greatest variance first. Each has mean 0. */
  readonly components: Matrix
  /** [k]: the share of the variance of all dimensions that a component has, from 0 to 1. */
  readonly explained: Float64Array
}

/**
 * The first `k` principal components of features, [n, d] → [n, min(k, d)]. The sign of a component is such that its
 * direction's greatest entry is positive, so that the same features give the same picture.
 */
export async function principalComponents(
  features: Matrix,
  k: number,
  kernels: Kernels,
): Promise<PrincipalComponents> {
  const { rows, columns: d } = features
  const centred = subtractRow(features, meanRow(features))
  const scatter = await kernels.scatter(centred)
  const { values, vectors } = await kernels.eigh(d, Float64Array.from(scatter.data))
  const kept = Math.min(k, d)
  const directions = matrix(d, kept)
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0)
  const explained = new Float64Array(kept)
  for (let c = 0; c < kept; c++) {
    // Eigenvalues ascend, and eigenvectors are columns.
    const from = d - 1 - c
    explained[c] = total > 0 ? Math.max(0, values[from] ?? 0) / total : 0
    const sign = signOf(vectors, d, from)
    for (let i = 0; i < d; i++) directions.data[i * kept + c] = sign * (vectors[i * d + from] ?? 0)
  }
  const components = rows > 0 ? await kernels.multiply(centred, directions) : matrix(0, kept)
  return { components, explained }
}

function signOf(vectors: Float64Array, d: number, column: number): number {
  let greatest = 0
  for (let i = 0; i < d; i++) {
    const entry = vectors[i * d + column] ?? 0
    if (Math.abs(entry) > Math.abs(greatest)) greatest = entry
  }
  return greatest < 0 ? -1 : 1
}
