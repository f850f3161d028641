import { errors } from '../errors.js'
import { type Kernels, operator } from '../tensor/kernels.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import type { Piece } from '../tensor/piece.js'
import { callPlugin, faultOfMatrix, isTrusted, requireNoFault } from './call.js'
import type { FeatureSpace, FittedSpace, GenericCovariance, SpaceSupport, SpaceValues } from './contract.js'

/**
 * Fits a space at the given values of its hyperparameters, or at their defaults. A space that takes the encoder's features
 * as they are projects them to themselves, and `clip` texts too. Throws TEXT_FEATURES_REQUIRED if the space uses texts and
 * there are none, GENERIC_REQUIRED or INVALID_GENERIC if it needs a generic covariance, and PLUGIN_FAILED, naming the space, if it throws or gives something else than finite features, one for
 * each image or text.
 */
export async function fitSpace(
  space: FeatureSpace,
  support: SpaceSupport,
  kernels: Kernels,
  values?: SpaceValues,
): Promise<FittedSpace> {
  const { fit: fitTo } = space
  if (!fitTo) {
    const same = async (features: Matrix) => features
    return { project: same, graph: identity, ...(space.base === 'clip' && { projectTexts: same }) }
  }
  const { features, labels, textClassifier } = support
  if (space.usesTexts && textClassifier === null) {
    throw errors.textRequired({ method: `Space ${space.id}`, term: 'its fit' }, 'space')
  }
  const generic = space.usesGeneric ? genericFor(space, support) : null
  const called = { what: `space ${space.id}`, origin: space.origin }
  // Others read the features too, so a plugin gets a copy.
  const handedOver = (given: Matrix): Matrix => (isTrusted(space) ? given : copyOf(given))
  const own: Kernels = {
    ...kernels,
    run: (graph, ...parameters) => kernels.run(`${called.what}: ${graph}`, ...parameters),
  }
  const fitted = await callPlugin(called, async () =>
    fitTo(
      {
        ...support,
        features: handedOver(features),
        labels: labels.slice(),
        textClassifier: space.usesTexts && textClassifier ? handedOver(textClassifier) : null,
        generic: generic && (isTrusted(space) ? generic : copiesOf(generic)),
      },
      own,
      values && Object.freeze({ ...values }),
    ),
  )
  const hasProject = typeof fitted === 'object' && fitted !== null && typeof fitted.project === 'function'
  requireNoFault(called, hasProject ? undefined : 'its fit must give an object with a function "project"')
  const isPiece = fitted.graph === undefined || Array.isArray(fitted.graph?.nodes)
  requireNoFault(called, isPiece ? undefined : 'its graph must be an object with a list "nodes"')
  let columns: number | undefined
  async function checked(what: string, given: Matrix, project: (features: Matrix) => Promise<Matrix>) {
    const projected = await callPlugin(called, async () => project(handedOver(given)))
    requireNoFault(called, faultOfMatrix(`the projected ${what}`, projected, given.rows, columns))
    columns = projected.columns
    // What the plugin does to its matrix later changes nothing.
    return isTrusted(space) ? projected : copyOf(projected)
  }
  const { projectTexts } = fitted
  const isMalformed = projectTexts !== undefined && typeof projectTexts !== 'function'
  requireNoFault(called, isMalformed ? 'its projectTexts must be a function' : undefined)
  return {
    project: (given) => checked('features', given, (features) => fitted.project(features)),
    ...(fitted.graph && { graph: fitted.graph }),
    ...(projectTexts && {
      projectTexts: (texts) => checked('texts', texts, (each) => projectTexts.call(fitted, each)),
    }),
  }
}

const copyOf = ({ rows, columns, data }: Matrix): Matrix => matrix(rows, columns, data.slice())

/** A generic covariance whose matrices others do not share. */
const copiesOf = (generic: GenericCovariance): GenericCovariance => ({
  dimensions: generic.dimensions,
  async whitened(kernels) {
    const { root, within, between, classes } = await generic.whitened(kernels)
    return { root: copyOf(root), within: copyOf(within), between: copyOf(between), classes }
  },
})

/** Throws GENERIC_REQUIRED if there is no generic covariance, and INVALID_GENERIC for one of another encoder. */
function genericFor({ id }: FeatureSpace, { generic, features }: SpaceSupport): GenericCovariance {
  if (!generic) throw errors.genericRequired({ space: id }, 'space')
  const { dimensions } = generic
  if (dimensions === features.columns) return generic
  const reason = `it has ${dimensions} dimensions, and these features ${features.columns}: it is of another encoder`
  throw errors.invalidGeneric({ source: 'The generic covariance', reason })
}

/** The features as they are. */
const identity: Piece = { nodes: [operator('Identity', ['features'], 'result')] }
