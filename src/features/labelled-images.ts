import { type SpaceFeatures, selectFeatures } from './space-features.js'

/** Encoded images with their classes. */
export interface LabelledImages {
  readonly features: SpaceFeatures
  /** [N], in {0, …, C − 1}. */
  readonly labels: Int32Array
}

/** Some of the images, by their rows. */
export const selectLabelled = (
  { features, labels }: LabelledImages,
  rows: ArrayLike<number>,
): LabelledImages => ({
  features: selectFeatures(features, rows),
  labels: Int32Array.from(rows, (i) => labels[i] as number),
})
