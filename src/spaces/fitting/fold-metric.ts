import { type Graph, operator } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf } from '../../tensor/matrix.js'

/**
 * Inner products that differ from fold to fold. In the eigenbasis of the scatter of all images, leaving out image i
 * subtracts a rank-one matrix from a diagonal one. By Sherman and Morrison, the inverse is again the sum of a diagonal and
 * a rank-one matrix:
 *
 *     (P_i⁻¹ − share_i·v_i·v_iᵀ)⁻¹ = P_i + f_i·w_i·w_iᵀ,   w_i = P_i·v_i,   f_i = share_i/(1 − share_i·v_iᵀ·P_i·v_i).
 *
 * Below, `⟨a, b⟩_i = aᵀ·(P_i + f_i·w_i·w_iᵀ)·b`.
 */
export interface FoldMetrics {
  /** The diagonals of P: [n, d]. */
  readonly precision: Matrix
  /** `P_i·x_i`: [n, d]. */
  readonly weighted: Matrix
  /** w: [n, d]. */
  readonly directions: Matrix
  /** f: [n, 1]. */
  readonly factors: Matrix
  /** `w_i·x_i`: [n, 1]. */
  readonly ownAlong: Matrix
  /** `⟨x_i, x_i⟩_i`: [n, 1]. */
  readonly own: Matrix
}

/** The change of one fold. */
export interface Fold {
  /** The factor of `v·vᵀ` that is subtracted. */
  readonly share: number
  /** The diagonal of P at eigenvalue k. */
  readonly precision: (k: number) => number
}

/** The metrics of the folds without each of the images x, [n, d], with deviations v, [n, d], all in the eigenbasis. */
export function foldMetrics(x: Matrix, v: Matrix, foldOf: (row: number) => Fold): FoldMetrics {
  const { rows: n, columns: d } = x
  const precision = matrix(n, d)
  const weighted = matrix(n, d)
  const directions = matrix(n, d)
  const factors = matrix(n, 1)
  const ownAlong = matrix(n, 1)
  const own = matrix(n, 1)
  for (let row = 0; row < n; row++) {
    const fold = foldOf(row)
    let [quadratic, along, square] = [0, 0, 0] // v·P·v, v·P·x, x·P·x
    for (let k = 0; k < d; k++) {
      const at = row * d + k
      const p = fold.precision(k)
      const vk = v.data[at] as number
      const xk = x.data[at] as number
      precision.data[at] = p
      weighted.data[at] = p * xk
      directions.data[at] = p * vk
      quadratic += p * vk * vk
      along += p * vk * xk
      square += p * xk * xk
    }
    const factor = fold.share / Math.max(1 - fold.share * quadratic, 1e-7)
    factors.data[row] = factor
    ownAlong.data[row] = along
    own.data[row] = square + factor * along * along
  }
  return { precision, weighted, directions, factors, ownAlong, own }
}

/** `⟨a, b⟩` in the fold of row `row`. */
export function foldProduct(metrics: FoldMetrics, row: number, a: Float32Array, b: Float32Array): number {
  const precision = rowOf(metrics.precision, row)
  const direction = rowOf(metrics.directions, row)
  let [inner, alongA, alongB] = [0, 0, 0]
  for (let k = 0; k < precision.length; k++) {
    const [ak, bk, wk] = [a[k] as number, b[k] as number, direction[k] as number]
    inner += (precision[k] as number) * ak * bk
    alongA += wk * ak
    alongB += wk * bk
  }
  return inner + (metrics.factors.data[row] as number) * alongA * alongB
}

/** Graph nodes: `inner` ⟨x_i, a_j⟩_i and `squares` ⟨a_j, a_j⟩_i, both [n, m], of the metrics and `vectors` a, [m, d]. */
export const foldProducts = (): Graph['nodes'] => [
  operator('Gemm', ['directions', 'vectors'], 'along', { transB: 1 }),
  operator('Mul', ['along', 'factors'], 'scaledAlong'),
  operator('Gemm', ['weighted', 'vectors'], 'plainInner', { transB: 1 }),
  operator('Mul', ['scaledAlong', 'ownAlong'], 'innerUpdate'),
  operator('Add', ['plainInner', 'innerUpdate'], 'inner'),
  operator('Mul', ['vectors', 'vectors'], 'squaredVectors'),
  operator('Gemm', ['precision', 'squaredVectors'], 'plainSquares', { transB: 1 }),
  operator('Mul', ['scaledAlong', 'along'], 'squareUpdate'),
  operator('Add', ['plainSquares', 'squareUpdate'], 'squares'),
]

/** The inputs of `foldProducts` and their shapes. */
export const foldInputs = {
  vectors: ['m', 'd'],
  precision: ['n', 'd'],
  weighted: ['n', 'd'],
  directions: ['n', 'd'],
  factors: ['n', 1],
  ownAlong: ['n', 1],
} as const
