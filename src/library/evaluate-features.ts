import { createCaches } from '../cache/caches.js'
import { errors } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import type { KlScaling, Search, Selection } from '../evaluation/protocol.js'
import { checkValues } from '../evaluation/search/grid.js'
import type { SearchEstimate } from '../evaluation/search/search-clock.js'
import type { FeatureFile } from '../features/feature-file.js'
import { type GenericFeatures, rowHashes } from '../features/generic-file.js'
import { hasPatches } from '../features/patches.js'
import { featuresOf } from '../features/space-features.js'
import {
  type Method,
  type Parametrised,
  parametersIn,
  requireSpaceOf,
  type Values,
} from '../methods/contract.js'
import { withoutTexts } from '../methods/without-texts.js'
import type { Registry } from '../plugins/registry.js'
import {
  type GenericSource,
  genericCovariance,
  measureGeneric,
} from '../spaces/fitting/generic-covariance.js'
import type { Kernels } from '../tensor/kernels.js'

export interface FeatureEvaluationOptions {
  readonly features: FeatureFile
  readonly registry: Registry
  readonly kernels: Kernels
  /** Ids, names or aliases. Default: `defaultMethods`. */
  readonly methods?: readonly string[]
  /** Every method is evaluated in each of these. Default: its own space; `plda` instead of `shrunk` if there are generic features. */
  readonly spaces?: readonly string[]
  /** Default: all shot counts of the file. */
  readonly shots?: readonly number[]
  /** Default: VALIDATION, or LEAVE_ONE_OUT if the file has no validation images. */
  readonly selection?: Selection
  readonly klScaling: KlScaling
  /** Uses only those terms of a method that need no texts. Default: whether neither methods are given nor the file has texts. */
  readonly cacheOnly?: boolean
  /** Hyperparameter values, for the methods that have them. The others are selected. */
  readonly fixed?: Values
  /** Search grids, for the methods that have the hyperparameter. Default: the methods' own grids. */
  readonly grids?: Readonly<Record<string, readonly number[]>>
  /** How grids are searched: EXACT by default, or HALVING, which is faster and may miss the best point. */
  readonly search?: Search
  /** Called with the share of the current evaluation's search that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void
  /** Called with how long the search of a method is expected to take, once two seconds of it let know. */
  readonly onEstimate?: (method: string, estimate: SearchEstimate) => void
  /** Labelled features of other images of the same encoder, for the spaces that know how generic images scatter. */
  readonly generic?: readonly GenericFeatures[]
  readonly signal?: AbortSignal
}

export interface FeatureEvaluation {
  readonly method: string
  readonly space: string | null
  readonly shots: number
  /** Percentages. */
  readonly accuracy: number
  readonly top5Accuracy: number
  readonly selectionAccuracy: number | null
  readonly selectionImages: number
  readonly hyperparameters: Values
  readonly searchMs: number
  readonly scoreMs: number
  /** The names of the generic sources that the space used; null for a space that uses none. */
  readonly generic: readonly string[] | null
}

/** The most accurate methods that a file has what they need for (docs/accuracy.md), and those that they are compared with. */
export const defaultMethods = ({ textClassifier, prompts }: FeatureFile): string[] => [
  ...(textClassifier ? ['zero-shot'] : []),
  ...['tip-adapter', 'gda', 'prototype'],
  ...(prompts ? ['timo'] : []),
  ...(textClassifier ? ['text-prototype'] : []),
  'shared-prototype',
]

/** How hyperparameters are selected where nothing is said. */
export const defaultSelection = ({ validation }: FeatureFile): Selection =>
  validation ? 'VALIDATION' : 'LEAVE_ONE_OUT'

/**
 * Evaluates methods on the features of a file: every method in every requested space at every number of shots. A method
 * that compares no images has one result for each number of shots, with the space null.
 *
 * Throws UNKNOWN_METHOD, UNKNOWN_SPACE, SPACE_NOT_AVAILABLE, TEXT_FEATURES_REQUIRED, PROMPTS_REQUIRED, PATCHES_REQUIRED, NO_VALIDATION_SPLIT,
 * UNKNOWN_HYPERPARAMETER, HYPERPARAMETER_OUT_OF_RANGE, GENERIC_REQUIRED, INVALID_GENERIC or INVALID_TENSOR before anything is
 * computed. A generic source that shares an image with the file is left out.
 */
export async function* evaluateFeatures(
  options: FeatureEvaluationOptions,
): AsyncGenerator<FeatureEvaluation> {
  const { features, registry, kernels, klScaling, fixed = {}, grids = {}, signal } = options
  const { search, onProgress, onEstimate, selection = defaultSelection(features) } = options
  const { methods: named = defaultMethods(features) } = options
  const cacheOnly = options.cacheOnly ?? (options.methods === undefined && !features.textClassifier)
  const columns = named.flatMap((name) =>
    columnsOf(registry.method(name, 'method'), { ...options, cacheOnly }),
  )
  const shotCounts = options.shots ?? features.shots
  if (columns.length === 0) throw errors.emptyList({ what: 'method' }, 'method')
  if (shotCounts.length === 0) throw errors.emptyList({ what: 'number of shots' }, 'shots')
  if (selection === 'VALIDATION' && !features.validation) throw errors.noValidationSplit({}, 'selection')
  const methods = columns.map(({ method, space }) => parametersIn(method, space))
  requireKnown(methods, fixed, 'set')
  for (const [name, values] of Object.entries(grids)) {
    if (values.length === 0) throw errors.emptyList({ what: `value of ${name}` }, 'grid')
    for (const value of values) requireKnown(methods, { [name]: value }, 'grid')
  }
  const needing = columns.find(({ space }) => space.usesGeneric)?.space
  const generic = needing ? await genericFrom(options) : undefined
  if (needing && !generic) {
    const leftOut = (options.generic ?? []).map(({ name }) => name)
    throw errors.genericRequired({ space: needing.id, leftOut }, 'generic')
  }
  const supports = shotCounts.map((shots) => ({
    shots,
    support: { ...features.support(shots), ...(generic && { generic: async () => generic.covariance }) },
  }))

  for (const { shots, support } of supports) {
    const caches = createCaches(support, kernels)
    for (const { method, space } of columns) {
      const { hyperparameters } = parametersIn(method, space)
      const own = <T>(given: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(given).filter(([name]) => name in hyperparameters))
      const evaluation = await evaluate({
        method,
        space,
        support,
        caches,
        selection,
        ...(features.validation && { validation: features.validation }),
        fixed: own(fixed),
        grids: own(grids),
        test: features.test,
        klScaling,
        kernels,
        ...(search && { search }),
        ...(onProgress && { onProgress }),
        ...(onEstimate && { onEstimate: (estimate) => onEstimate(method.id, estimate) }),
        ...(signal && { signal }),
      })
      const { values, selectionAccuracy, selectionImages, searchMs } = evaluation.fitted
      yield {
        method: method.id,
        space: method.space === null ? null : space.id,
        shots,
        accuracy: evaluation.accuracy,
        top5Accuracy: evaluation.top5Accuracy,
        selectionAccuracy,
        selectionImages,
        hyperparameters: values,
        searchMs,
        scoreMs: evaluation.scoreMs,
        generic: space.usesGeneric && generic ? generic.sources : null,
      }
    }
  }
}

/** The covariance of the generic sources that share no image with the file; undefined if there are none. */
async function genericFrom({ features, generic = [], kernels }: FeatureEvaluationOptions) {
  const images = [features.test, features.validation, ...features.shots.map(features.support)]
  const own = new Set(
    images.flatMap((each) => (each ? [...rowHashes(featuresOf(each.features, 'clip'))] : [])),
  )
  const others = generic.filter((source) => ![...rowHashes(source.features)].some((hash) => own.has(hash)))
  if (others.length === 0) return undefined
  const wrong = others.find(
    (source) => source.features.columns !== featuresOf(features.test.features, 'clip').columns,
  )
  if (wrong) {
    const dimensions = featuresOf(features.test.features, 'clip').columns
    const reason = `it has ${wrong.features.columns} dimensions, and the file ${dimensions}: it is of another encoder`
    throw errors.invalidGeneric({ source: wrong.name, reason }, 'generic')
  }
  const measured: GenericSource[] = []
  for (const source of others) measured.push(await measureGeneric(source, source.name, kernels))
  return { covariance: genericCovariance(measured), sources: others.map(({ name }) => name) }
}

/** A method in each requested space, or once if it compares no images. */
function columnsOf(registered: Method, options: FeatureEvaluationOptions) {
  const { features, registry, spaces, cacheOnly, generic = [] } = options
  const method = cacheOnly ? withoutTexts(registered) : registered
  if (!features.textClassifier && !cacheOnly) {
    const textTerms = method.terms
      ? method.terms.filter((term) => term.usesTexts)
      : method.usesTexts
        ? [{ name: 'score' }]
        : []
    if (textTerms.length > 0) {
      throw errors.textRequired(
        { method: method.id, term: textTerms.map(({ name }) => name).join(' and ') },
        'method',
      )
    }
  }
  if (!features.prompts && method.needs?.includes('prompts')) {
    throw errors.promptsRequired({ method: method.id }, 'method')
  }
  if (!hasPatches(features.test.features) && method.needs?.includes('patches')) {
    throw errors.patchesRequired({ method: method.id }, 'method')
  }
  if (method.space === null) return [{ method, space: registry.space('clip') }]
  const own = method.space === 'shrunk' && generic.length > 0 ? 'plda' : method.space
  return (spaces ?? [own]).map((id) => {
    const space = registry.space(id, 'space')
    requireSpaceOf(method, space.id)
    if (space.usesTexts && (cacheOnly || !features.textClassifier)) {
      throw errors.textRequired({ method: `Space ${space.id}`, term: 'its fit' }, 'space')
    }
    if (!features.spaces.includes(space.base)) {
      throw errors.spaceNotAvailable({ space: space.id }, 'space')
    }
    return { method, space }
  })
}

/** Throws UNKNOWN_HYPERPARAMETER if no method has the hyperparameter, or HYPERPARAMETER_OUT_OF_RANGE if one that has it refuses the value. */
function requireKnown(methods: readonly Parametrised[], given: Values, argument: string): void {
  for (const [name, value] of Object.entries(given)) {
    const having = methods.filter(({ hyperparameters }) => name in hyperparameters)
    if (having.length === 0) {
      const known = [...new Set(methods.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))]
      throw errors.unknownHyperparameter(
        { name, method: methods.map(({ id }) => id).join(', '), known },
        argument,
      )
    }
    for (const method of having) checkValues(method, { [name]: value })
  }
}
