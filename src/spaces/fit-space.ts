import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import type { FeatureSpace, FittedSpace, LabelledFeatures, SpaceValues } from './contract.js'

/** A space fitted to labelled images. */
export interface SpaceFit {
  /** Undefined for a space that takes the encoder's features as they are. */
  readonly fitted: FittedSpace | undefined
  /** Features of the space's base, [N, d], to features in the space, [N, m]. */
  project(features: Matrix): Promise<Matrix>
}

/** Fits a space at the given values of its hyperparameters, or at their defaults. */
export async function fitSpace(
  space: FeatureSpace,
  labelled: LabelledFeatures,
  kernels: Kernels,
  values?: SpaceValues,
): Promise<SpaceFit> {
  const fitted = await space.fit?.(labelled, kernels, values)
  return { fitted, project: async (features) => (fitted ? fitted.project(features) : features) }
}
