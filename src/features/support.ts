import type { Matrix } from '../tensor/matrix.js'
import { type LabelledImages, selectLabelled } from './labelled-images.js'

/** An encoded support set: its images with their classes, and the text classifier. */
export interface Support extends LabelledImages {
  /** C. */
  readonly classes: number
  /** W, [C, d]: per class the mean of its prompts' unit text features, made unit again. Null if there are no texts. */
  readonly textClassifier: Matrix | null
  readonly logitScale: number
}

/** Some of the images of a support set, by their rows. */
export const selectSupport = (support: Support, rows: ArrayLike<number>): Support => ({
  ...support,
  ...selectLabelled(support, rows),
})
