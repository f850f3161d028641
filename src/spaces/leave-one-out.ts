import { type Graph, operator } from '../tensor/kernels.js'

/**
 * Graph nodes for the cosines between support image i and every support image j after the support mean has been taken
 * again without i.
 *
 * With `z` the residuals from the mean of all S images, the mean without i lies at `−z_i/(S − 1)` from it, so that the new
 * residual of every j is `z_j + z_i/(S − 1)`, and all cosines follow from inner products of the old residuals. The inner
 * product may differ from row to row (a whitening fitted without i), which is why squares are given by (i, j).
 *
 * In: `inner` ⟨z_i, z_j⟩_i [n, S], `squares` ⟨z_j, z_j⟩_i [n, S] or [1, S], `own` ⟨z_i, z_i⟩_i [n, 1], `shift` 1/(S − 1)
 * [1], `tiny` [1] (what keeps a division by no length from being one by zero). Out: `result` [n, S].
 */
export const recentredCosines = (): Graph['nodes'] => [
  operator('Mul', ['own', 'shift'], 'ownShift'),
  operator('Add', ['inner', 'ownShift'], 'dot'),
  operator('Add', ['inner', 'dot'], 'twice'),
  operator('Mul', ['twice', 'shift'], 'moved'),
  operator('Add', ['squares', 'moved'], 'square'),
  operator('Mul', ['square', 'own'], 'product'),
  operator('Max', ['product', 'tiny'], 'safeProduct'),
  operator('Sqrt', ['safeProduct'], 'lengths'),
  operator('Div', ['dot', 'lengths'], 'result'),
]

/** 1/(S − 1): how far, in residuals of the image left out, the mean moves. */
export const shiftOf = (images: number): number => 1 / (images - 1)

/** Below the product of squared lengths of features that differ at all. */
export const tiny = 1e-24
