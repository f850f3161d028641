import { type Graph, type Kernels, operator } from '../../tensor/kernels.js'
import { type Matrix, makeUnit, matrix, rowOf, squareOf, unitRows } from '../../tensor/matrix.js'

/*
 * Between cosine and distance: features v get one more coordinate, the same for all, and are then made unit:
 *
 *     u = (v, l)/√(|v|² + l²),   l² = share · mean |v|² over the support images.
 *
 * With l = 0 their cosine is that of v, which ignores how far from the mean a feature lies. With a large l it is close to
 * `1 − |v − v'|²/(2·l²)`, which orders images by distance, as the Gaussian discriminant does.
 */

/** Projects features, `v = (x − mean)·W`, and lifts them to `u`: [N, d] → [N, m + 1], or [N, m] if `liftSquare` is 0. */
export function projectLifted(
  features: Matrix,
  { mean, transform, liftSquare }: { mean: Float32Array; transform: Matrix; liftSquare: number },
  kernels: Kernels,
): Promise<Matrix> {
  if (liftSquare === 0) return kernels.project(features, mean, transform)
  if (features.rows === 0) return Promise.resolve(matrix(0, transform.columns + 1))
  const inputs = { features, mean, transform, lift: Math.sqrt(liftSquare), liftSquare }
  return kernels.run('project and lift', projectGraph, inputs)
}

/** `share · mean |v|²` over the rows of v except `without`; 0 within rounding errors. */
export function liftSquareOf(v: Matrix, share: number, without?: number): number {
  let sum = 0
  for (let j = 0; j < v.rows; j++) if (j !== without) sum += squareOf(rowOf(v, j))
  const square = (share * sum) / Math.max(without === undefined ? v.rows : v.rows - 1, 1)
  return square > minLiftSquare ? square : 0
}

/** Different unit features differ by more than this, also after whitening with λ > 0. */
const minLiftSquare = 1e-10

/** Lifts the rows of v by the mean square of all but row i: [S, m] → [S, m + 1], or [S, m] if the lift is 0. */
export function liftedRows(v: Matrix, share: number, i: number): Matrix {
  const liftSquare = share > 0 ? liftSquareOf(v, share, i) : 0
  if (liftSquare === 0) return unitRows(v)
  const u = matrix(v.rows, v.columns + 1)
  for (let j = 0; j < v.rows; j++) {
    const row = rowOf(u, j)
    row.set(rowOf(v, j))
    row[v.columns] = Math.sqrt(liftSquare)
    makeUnit(row)
  }
  return u
}

/**
 * Graph nodes for the cosines of u between support image i and all others j, everything fitted without i. Inputs: the
 * outputs of `recentredCosines`, `dot` ⟨z_i, v_j⟩_i and `square` ⟨v_j, v_j⟩_i, both [n, S]; `own` ⟨z_i, z_i⟩_i [n, 1], with
 * `v_i = growth·z_i`; `share` of the mean for each other image. Output: `result` [n, S]; the cosines of v where the lift is
 * 0.
 */
export const liftedCosines = (): Graph['nodes'] => [
  operator('Mul', ['own', 'growth'], 'ownGrown'),
  operator('Mul', ['ownGrown', 'growth'], 'ownSquare'),
  operator('ReduceSum', ['square', 'acrossImages'], 'allSquares', { keepdims: 1 }),
  operator('Sub', ['allSquares', 'ownSquare'], 'otherSquares'),
  operator('Mul', ['otherSquares', 'share'], 'liftSquare'),
  operator('Mul', ['dot', 'growth'], 'dotGrown'),
  operator('Add', ['dotGrown', 'liftSquare'], 'liftedDot'),
  operator('Add', ['square', 'liftSquare'], 'liftedSquare'),
  operator('Add', ['ownSquare', 'liftSquare'], 'liftedOwn'),
  operator('Mul', ['liftedSquare', 'liftedOwn'], 'liftedProduct'),
  operator('Sqrt', ['liftedProduct'], 'liftedLengths'),
  operator('Div', ['liftedDot', 'liftedLengths'], 'liftedRatio'),
  operator('Greater', ['liftSquare', 'minLiftSquare'], 'isLifted'),
  operator('Where', ['isLifted', 'liftedRatio', 'cosines'], 'result'),
]

/** The constants of `liftedCosines` for S images. */
export const liftConstants = (share: number, images: number) => ({
  growth: images / (images - 1),
  share: share / (images - 1),
  minLiftSquare,
})

/** The shapes of those constants. */
export const liftInputs = { growth: [1], share: [1], minLiftSquare: [1] } as const

const projectGraph = (): Graph => ({
  inputs: { features: ['n', 'd'], mean: ['d'], transform: ['d', 'm'], lift: [1], liftSquare: [1] },
  outputs: { result: ['n', 'columns'] },
  constants: [{ name: 'acrossColumns', values: [1] }],
  nodes: [
    operator('Sub', ['features', 'mean'], 'centred'),
    operator('MatMul', ['centred', 'transform'], 'v'),
    operator('ReduceSumSquare', ['v', 'acrossColumns'], 'squares', { keepdims: 1 }),
    operator('Add', ['squares', 'liftSquare'], 'liftedSquares'),
    operator('Sqrt', ['liftedSquares'], 'lengths'),
    operator('Div', ['v', 'lengths'], 'along'),
    operator('Div', ['lift', 'lengths'], 'above'),
    operator('Concat', ['along', 'above'], 'result', { axis: 1 }),
  ],
})
