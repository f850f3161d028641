import type { Matrix } from '../tensor/matrix.js'
import { featuresOf, type SpaceFeatures, selectFeatures } from './space-features.js'

/** Encoded images with their classes. */
export interface LabelledImages {
  readonly features: SpaceFeatures
  /** [N], in {0, …, C − 1}. */
  readonly labels: Int32Array
}

/** The features of a space's base, [N, d], with the labels: what a space is fitted to. Throws SPACE_NOT_AVAILABLE. */
export const inBase = (
  { features, labels }: LabelledImages,
  { base }: { readonly base: string },
): { readonly features: Matrix; readonly labels: Int32Array } => ({
  features: featuresOf(features, base),
  labels,
})

/** Some of the images, by their rows. */
export const selectLabelled = (
  { features, labels }: LabelledImages,
  rows: ArrayLike<number>,
): LabelledImages => ({
  features: selectFeatures(features, rows),
  labels: Int32Array.from(rows, (i) => labels[i] as number),
})
