import { type Graph, operator } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf, squareOf } from '../../tensor/matrix.js'

/**
 * Graph nodes for the cosines between support image i and every support image j, both centred without i.
 *
 * With `z` the residuals from the mean of all S images, the mean without i is `−z_i/(S − 1)` away from it. The new residual
 * of every j is thus `z_j + z_i/(S − 1)`, and all cosines follow from inner products of the old residuals. The inner product
 * may differ from row to row (a whitening fitted without i), which is why squares are given by (i, j).
 *
 * Inputs: `inner` ⟨z_i, z_j⟩_i [n, S], `squares` ⟨z_j, z_j⟩_i [n, S] or [1, S], `own` ⟨z_i, z_i⟩_i [n, 1], and the constants
 * below. Outputs: the cosines [n, S] under the given name, 0 for an image at the new mean; and, of the new residuals v,
 * `dot` ⟨z_i, v_j⟩_i and `square` ⟨v_j, v_j⟩_i, both [n, S].
 */
export const recentredCosines = (output = 'result'): Graph['nodes'] => [
  operator('Mul', ['own', 'shift'], 'ownShift'),
  operator('Add', ['inner', 'ownShift'], 'dot'),
  operator('Mul', ['ownShift', 'shift'], 'ownMoved'),
  operator('Add', ['squares', 'ownMoved'], 'scale'),
  operator('Add', ['inner', 'inner'], 'twice'),
  operator('Mul', ['twice', 'shift'], 'cross'),
  operator('Add', ['scale', 'cross'], 'square'),
  operator('Mul', ['square', 'own'], 'product'),
  operator('Sqrt', ['product'], 'lengths'),
  operator('Div', ['dot', 'lengths'], 'ratio'),
  // A square within rounding errors counts as 0.
  operator('Mul', ['scale', 'rounding'], 'minSquare'),
  operator('Greater', ['square', 'minSquare'], 'otherApart'),
  operator('Greater', ['own', 'minOwn'], 'ownApart'),
  operator('And', ['otherApart', 'ownApart'], 'apart'),
  operator('Where', ['apart', 'ratio', 'zero'], output),
]

/** The constants of `recentredCosines` for S images. */
export const recentringConstants = (images: number) => ({
  shift: 1 / (images - 1),
  rounding: 1e-5,
  minOwn: 1e-10,
  zero: 0,
})

/** The shapes of those constants. */
export const recentringInputs = { shift: [1], rounding: [1], minOwn: [1], zero: [1] } as const

/**
 * All support images centred without image i, `z_j + z_i/(S − 1)`: [S, m]. As above, a row within rounding errors becomes
 * zeros.
 */
export function recentredRows(residuals: Matrix, i: number): Matrix {
  const { shift, rounding, minOwn } = recentringConstants(residuals.rows)
  const moved = rowOf(residuals, i).map((value) => value * shift)
  const ownSquare = squareOf(moved)
  const result = matrix(residuals.rows, residuals.columns)
  for (let j = 0; j < residuals.rows; j++) {
    const row = rowOf(result, j)
    const residual = rowOf(residuals, j)
    for (let k = 0; k < row.length; k++) row[k] = (residual[k] as number) + (moved[k] as number)
    const scale = squareOf(residual) + ownSquare
    const apart = squareOf(row) > rounding * scale && (j !== i || squareOf(residual) > minOwn)
    if (!apart) row.fill(0)
  }
  return result
}
