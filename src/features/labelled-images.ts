import type { Matrix } from '../tensor/matrix.js'
import { featuresOf, type SpaceFeatures } from './space-features.js'

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
