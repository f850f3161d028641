import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { callPlugin, faultOfMatrix, isTrusted, requireNoFault } from './call.js'
import type { FeatureSpace, FittedSpace, LabelledFeatures, SpaceValues } from './contract.js'

/**
 * Fits a space at the given values of its hyperparameters, or at their defaults. A space that takes the encoder's features
 * as they are projects them to themselves. Throws PLUGIN_FAILED, naming the space, if it throws or gives something else than
 * finite features, one for each image.
 */
export async function fitSpace(
  space: FeatureSpace,
  { features, labels }: LabelledFeatures,
  kernels: Kernels,
  values?: SpaceValues,
): Promise<FittedSpace> {
  const { fit: fitTo } = space
  if (!fitTo) return { project: async (features) => features }
  const called = { what: `space ${space.id}`, origin: space.origin }
  // Others read the features too, so a plugin gets a copy.
  const handedOver = (given: Matrix): Matrix =>
    isTrusted(space) ? given : matrix(given.rows, given.columns, given.data.slice())
  const own: Kernels = {
    ...kernels,
    run: (graph, ...parameters) => kernels.run(`${called.what}: ${graph}`, ...parameters),
  }
  const fitted = await callPlugin(called, async () =>
    fitTo({ features: handedOver(features), labels: labels.slice() }, own, values),
  )
  const hasProject = typeof fitted === 'object' && fitted !== null && typeof fitted.project === 'function'
  requireNoFault(called, hasProject ? undefined : 'its fit must give an object with a function "project"')
  let columns: number | undefined
  return {
    async project(given) {
      const projected = await callPlugin(called, async () => fitted.project(handedOver(given)))
      requireNoFault(called, faultOfMatrix('the projected features', projected, given.rows, columns))
      columns = projected.columns
      return projected
    },
  }
}
