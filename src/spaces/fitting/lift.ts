import { type Graph, type Kernels, operator } from '../../tensor/kernels.js'
import { type Matrix, makeUnit, matrix, rowOf, squareOf, unitRows } from '../../tensor/matrix.js'

/*
 * Between cosine and distance: features v get one coordinate more, the same for all, and are made unit then:
 *
 *     u = (v, l)/√(|v|² + l²),   l² = share · mean |v|² over the support images.
 *
 * With l = 0 their cosine is that of v, which forgets how far out a feature lies. With a large l it is
 * `1 − |v − v'|²/(2·l²)` and a little more: the order of distances, by which the Gaussian discriminant decides.
 */

/** `u` of features as they are projected, `v = (x − mean)·W`: [N, d] → [N, m + 1], or [N, m] where `liftSquare` is 0. */
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

/** `share · mean |v|²`, the rows of v but `without`; 0 for what rounding alone may leave. */
export function liftSquareOf(v: Matrix, share: number, without?: number): number {
  let sum = 0
  for (let j = 0; j < v.rows; j++) if (j !== without) sum += squareOf(rowOf(v, j))
  const square = (share * sum) / Math.max(without === undefined ? v.rows : v.rows - 1, 1)
  return square > leastLiftSquare ? square : 0
}

/** Features of unit length differ by more than this, and whitening with λ > 0 keeps it so. */
const leastLiftSquare = 1e-10

/** u of the rows of v, lifted by what they are without row i: [S, m] → [S, m + 1], or [S, m] where the lift is 0. */
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
 * Graph nodes for the cosines of u between support image i and all others j where all is fitted without i, as
 * `recentredCosines`. In: `dot` ⟨z_i, v_j⟩_i and `square` ⟨v_j, v_j⟩_i, both [n, S], `own` ⟨z_i, z_i⟩_i [n, 1], with
 * `v_i = grown·z_i`; `share` of the mean for each other image. Out: `result` [n, S]; 0 where nothing has a length.
 */
export const liftedCosines = (): Graph['nodes'] => [
  operator('Mul', ['own', 'grown'], 'ownGrown'),
  operator('Mul', ['ownGrown', 'grown'], 'ownSquare'),
  operator('ReduceSum', ['square', 'acrossImages'], 'allSquares', { keepdims: 1 }),
  operator('Sub', ['allSquares', 'ownSquare'], 'otherSquares'),
  operator('Mul', ['otherSquares', 'share'], 'liftSquare'),
  operator('Mul', ['dot', 'grown'], 'dotGrown'),
  operator('Add', ['dotGrown', 'liftSquare'], 'liftedDot'),
  operator('Add', ['square', 'liftSquare'], 'liftedSquare'),
  operator('Add', ['ownSquare', 'liftSquare'], 'liftedOwn'),
  operator('Mul', ['liftedSquare', 'liftedOwn'], 'liftedProduct'),
  operator('Sqrt', ['liftedProduct'], 'liftedLengths'),
  operator('Div', ['liftedDot', 'liftedLengths'], 'liftedRatio'),
  operator('Greater', ['liftSquare', 'leastLiftSquare'], 'isLifted'),
  operator('Where', ['isLifted', 'liftedRatio', 'cosines'], 'result'),
]

/** The constants of `liftedCosines` for S images, and their shapes as a graph's inputs. */
export const liftConstants = (share: number, images: number) => ({
  grown: images / (images - 1),
  share: share / (images - 1),
  leastLiftSquare,
})

export const liftInputs = { grown: [1], share: [1], leastLiftSquare: [1] } as const

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
