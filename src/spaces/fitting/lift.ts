import { type Kernels, operator } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf, squareOf } from '../../tensor/matrix.js'
import { type Piece, runPiece } from '../../tensor/piece.js'

/*
 * Between cosine and distance: features v get one more coordinate, the same for all, and are then made unit:
 *
 *     u = (v, l)/√(|v|² + l²),   l² = share · mean |v|² over the support images.
 *
 * With l = 0 their cosine is that of v, which ignores how far from the mean a feature lies. With a large l it is close to
 * `1 − |v − v'|²/(2·l²)`, which orders images by distance, as the Gaussian discriminant does.
 */

/** `v = (x − mean)·W`, lifted by `liftSquare`, l². */
export interface LiftedProjection {
  readonly mean: Float32Array
  /** W, [d, m]. */
  readonly transform: Matrix
  readonly liftSquare: number
}

/** Projects features and lifts them to `u`: [N, d] → [N, m + 1], or [N, m] if `liftSquare` is 0. */
export function projectLifted(
  features: Matrix,
  projection: LiftedProjection,
  kernels: Kernels,
): Promise<Matrix> {
  const { transform, liftSquare } = projection
  const columns = transform.columns + (liftSquare === 0 ? 0 : 1)
  if (features.rows === 0) return Promise.resolve(matrix(0, columns))
  const name = liftSquare === 0 ? 'project and make unit' : 'project and lift'
  return runPiece(kernels, name, liftedGraph(projection), { features })
}

/** The projection as a graph of `features`. */
export const liftedGraph = ({ mean, transform, liftSquare }: LiftedProjection): Piece =>
  liftSquare === 0
    ? {
        constants: { mean, transform },
        nodes: [...projection, operator('LpNormalization', ['v'], 'result', { axis: 1, p: 2 })],
      }
    : {
        constants: { mean, transform, lift: Math.sqrt(liftSquare), liftSquare, acrossColumns: [1] },
        nodes: [
          ...projection,
          operator('Mul', ['v', 'v'], 'products'),
          operator('ReduceSum', ['products', 'acrossColumns'], 'squares', { keepdims: 1 }),
          operator('Add', ['squares', 'liftSquare'], 'liftedSquares'),
          operator('Sqrt', ['liftedSquares'], 'lengths'),
          operator('Div', ['v', 'lengths'], 'along'),
          operator('Div', ['lift', 'lengths'], 'above'),
          operator('Concat', ['along', 'above'], 'result', { axis: 1 }),
        ],
      }

const projection = [
  operator('Sub', ['features', 'mean'], 'centred'),
  operator('MatMul', ['centred', 'transform'], 'v'),
]

/** `share · mean |v|²` over the rows of v; 0 within rounding errors. */
export function liftSquareOf(v: Matrix, share: number): number {
  let sum = 0
  for (let j = 0; j < v.rows; j++) sum += squareOf(rowOf(v, j))
  const square = (share * sum) / Math.max(v.rows, 1)
  return square > minLiftSquare ? square : 0
}

/** Different unit features differ by more than this, also after whitening with λ > 0. */
const minLiftSquare = 1e-10
