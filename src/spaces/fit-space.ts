import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import type { FeatureSpace, FittedSpace, LabelledFeatures, SpaceValues } from './contract.js'

/**
 * Fits a space at the given values of its hyperparameters, or at their defaults. A space that takes the encoder's features
 * as they are projects them to themselves.
 */
export async function fitSpace(
  space: FeatureSpace,
  labelled: LabelledFeatures,
  kernels: Kernels,
  values?: SpaceValues,
): Promise<FittedSpace> {
  const fitted = await space.fit?.(labelled, kernels, values)
  return { project: async (features: Matrix) => (fitted ? fitted.project(features) : features) }
}
