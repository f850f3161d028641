import { type Matrix, makeUnit, matrix, rowOf } from '../tensor/matrix.js'

/**
 * The features of images from those of their views, `rounds` per image: views scaled to unit length, averaged, and scaled
 * to unit length again. [n·rounds, d] → [n, d]. The views' features are scaled in place.
 */
export function meanOfViews(views: Matrix, rounds: number): Matrix {
  for (let i = 0; i < views.rows; i++) makeUnit(rowOf(views, i))
  if (rounds === 1) return views
  const means = matrix(views.rows / rounds, views.columns)
  for (let i = 0; i < views.rows; i++) {
    const mean = rowOf(means, Math.floor(i / rounds))
    const view = rowOf(views, i)
    for (let k = 0; k < mean.length; k++) mean[k] = (mean[k] as number) + (view[k] as number)
  }
  // Scaling to unit length makes dividing the sum by the number of views unnecessary.
  for (let i = 0; i < means.rows; i++) makeUnit(rowOf(means, i))
  return means
}
