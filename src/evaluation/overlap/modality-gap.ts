import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, meanRow } from '../../tensor/matrix.js'

/** The distance between images and texts. */
export interface ModalityGap {
  /** Mean cosine similarity of an image to its own class's texts, and to those of other classes. */
  readonly rightClass: number
  readonly wrongClass: number
  /** The distance between the mean image feature and the mean text feature. */
  readonly distance: number
}

/** Images [N, d] and the text classifier [C, d], unit rows of `clip`. With a single class `wrongClass` is NaN. */
export async function modalityGapOf(
  images: Matrix,
  labels: Int32Array,
  texts: Matrix,
  kernels: Kernels,
): Promise<ModalityGap> {
  const { data, columns } = await kernels.dot(images, texts)
  let [right, all] = [0, 0]
  for (let i = 0, at = 0; i < images.rows; i++) {
    right += data[at + (labels[i] as number)] as number
    for (let c = 0; c < columns; c++, at++) all += data[at] as number
  }
  const [imageMean, textMean] = [meanRow(images), meanRow(texts)]
  const squared = imageMean.reduce((sum, value, k) => sum + (value - (textMean[k] as number)) ** 2, 0)
  return {
    rightClass: right / images.rows,
    wrongClass: (all - right) / (images.rows * (columns - 1)),
    distance: Math.sqrt(squared),
  }
}
