import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, meanRow } from '../../tensor/matrix.js'

/** How far images and texts lie apart. */
export interface ModalityGap {
  /** Mean cosine similarity of an image with its own class's texts, and with those of all other classes. */
  readonly rightClass: number
  readonly wrongClass: number
  /** The distance between the mean of the images and the mean of the texts. */
  readonly distance: number
}

/** Images [N, d] and the text classifier [C, d], unit rows of `clip`. With one class there is no wrong one: NaN. */
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
