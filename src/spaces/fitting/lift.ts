import { type Graph, type Kernels, operator } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf, squareOf } from '../../tensor/matrix.js'

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

/** `share · mean |v|²` over the rows of v; 0 within rounding errors. */
export function liftSquareOf(v: Matrix, share: number): number {
  let sum = 0
  for (let j = 0; j < v.rows; j++) sum += squareOf(rowOf(v, j))
  const square = (share * sum) / Math.max(v.rows, 1)
  return square > minLiftSquare ? square : 0
}

/** Different unit features differ by more than this, also after whitening with λ > 0. */
const minLiftSquare = 1e-10

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
