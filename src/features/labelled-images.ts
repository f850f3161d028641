import type { SpaceFeatures } from './space-features.js'

/** Encoded images with their classes. */
export interface LabelledImages {
  readonly features: SpaceFeatures
  /** [N], in {0, …, C − 1}. */
  readonly labels: Int32Array
}
