import type { Matrix } from '../tensor/matrix.js'
import type { LabelledImages } from './labelled-images.js'

/** An encoded support set: its images with their classes, and the text classifier. */
export interface Support extends LabelledImages {
  /** C. */
  readonly classes: number
  /** W, [C, d]: per class the mean of its prompts' unit text features, made unit again. Null if there are no texts. */
  readonly textClassifier: Matrix | null
  readonly logitScale: number
}
