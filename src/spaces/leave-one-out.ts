import { type Matrix, matrix } from '../tensor/matrix.js'

/** A square that cancellation has left with less than this share of its parts is rounding: its image is the mean. */
const rounding = 1e-6

/**
 * Cosines between support image i and every support image j after the support mean has been taken again without i.
 *
 * With `z` the residuals from the mean of all `S` images, the mean without i lies at `−z_i/(S − 1)` from it, so that the
 * new residual of every j is `z_j + z_i/(S − 1)`, and all cosines follow from inner products of the old residuals. The
 * inner product may differ from row to row (a whitening fitted without i), which is why squares are given by (i, j).
 *
 * `inner`: ⟨z_i, z_j⟩ for the rows from `from` on, [n, S]; `square(i, j)`: ⟨z_j, z_j⟩ in the inner product of row i.
 */
export function leaveOneOutCosines(options: {
  readonly from: number
  readonly inner: Matrix
  readonly square: (i: number, j: number) => number
}): Matrix {
  const { from, inner, square } = options
  const images = inner.columns
  const shift = 1 / (images - 1)
  const result = matrix(inner.rows, images)
  for (let row = 0; row < inner.rows; row++) {
    const i = from + row
    const own = square(i, i)
    const ownLength = (1 + shift) * Math.sqrt(own)
    for (let j = 0; j < images; j++) {
      const product = inner.data[row * images + j] as number
      const dot = (1 + shift) * (product + shift * own)
      const squared = square(i, j) + 2 * shift * product + shift * shift * own
      const isMean = squared <= rounding * (square(i, j) + shift * shift * own)
      result.data[row * images + j] = isMean || own === 0 ? 0 : dot / (ownLength * Math.sqrt(squared))
    }
  }
  return result
}
