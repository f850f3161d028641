import { buildCache } from '../cache/cache.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, reasonOf, type ShotboardError } from '../errors.js'
import type { FittedMethod } from '../evaluation/fit.js'
import type { Support } from '../features/support.js'
import { spaceValuesIn } from '../methods/contract.js'
import type { Identity } from '../plugins/identity.js'
import type { Registry } from '../plugins/registry.js'
import { type FeatureSpace, spaceAt } from '../spaces/contract.js'
import { builtinName } from '../spaces/origin.js'
import type { ClassifierVersionRow } from '../store/classifiers.js'
import type { ClassRow } from '../store/datasets.js'
import type { SupportImageRow } from '../store/support-sets.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { isStorageFault } from '../system/storage-fault.js'
import type { Kernels } from '../tensor/kernels.js'
import type { ClassifierFiles } from './classifier-files.js'
import { type Frozen, parseFrozen } from './frozen.js'
import { withKeptFit } from './kept-space.js'
import type { OwnFigures } from './own-figures.js'
import { createScoringHead, type ScoringHead } from './scoring-head.js'

/** A version of a classifier that can answer. */
export interface LoadedClassifier {
  readonly name: string
  readonly number: number
  readonly frozen: Frozen
  readonly encoder: Encoder
  /** Where the encoder has the features of the classifier's base now: an adapter that was `imo` may be `imo:NAME`. */
  readonly encoderSpace: string
  readonly fitted: FittedMethod
  /** The fitted method as one graph; null if it has to be scored step by step. */
  readonly head: ScoringHead | null
  readonly support: Support
  /** In the order of the support set. */
  readonly keys: readonly SupportImageRow[]
  readonly classes: readonly ClassRow[]
  /** What drift is measured against; null if it has none. */
  readonly ownFigures: OwnFigures | null
}

export interface LoadContext {
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly classifierFiles: ClassifierFiles
}

/**
 * Loads a version. Throws CLASSIFIER_NOT_USABLE if its encoder, adapter, method or space is gone or has changed, naming it, and
 * CLASSIFIER_UNREADABLE if its file is missing or damaged.
 */
export async function loadClassifier(
  context: LoadContext,
  name: string,
  version: ClassifierVersionRow,
): Promise<LoadedClassifier> {
  const { number } = version
  const frozen = parseFrozen(version.frozen)
  const needs = (what: string): ShotboardError => errors.classifierNeeds({ name, version: number, what })
  const { encoder, encoderSpace, method, space } = requirementsOf(context, frozen, needs)
  const tensors = await context.classifierFiles.read(version.id).catch((error: unknown) => {
    if (isStorageFault(error)) throw error
    const reason = reasonOf(error).replace(/\.$/, '')
    throw errors.classifierFile({ name, version: number, reason })
  })
  const { support, images, calibration, ownFigures, fit, terms } = tensors
  const chosen = spaceAt(space, spaceValuesIn(method, space, frozen.hyperparameters))
  const cache = await buildCache(support, fit ? withKeptFit(chosen, fit) : chosen, context.kernels)
  const fitted: FittedMethod = {
    ...{ method, cache, calibration },
    values: frozen.hyperparameters,
    ranges: frozen.ranges,
    temperature: frozen.temperature,
    typicalSpread: frozen.typicalSpread,
    selectionImages: frozen.selection.images,
    selectionAccuracy: frozen.selection.accuracy,
    searchMs: 0,
  }
  return {
    ...{ name, number, frozen, encoder, encoderSpace, support, ownFigures, fitted },
    head: await createScoringHead(fitted, terms),
    keys: images.map((imageId, i) => ({ imageId, classIndex: support.labels[i] as number })),
    classes: classesOf(version.id, frozen),
  }
}

/**
 * The classes of a version, numbered as the classifier does. They are other objects than those of its dataset, which may be renamed
 * or deleted: their ids are made from that of the version.
 */
export const classesOf = (version: string, { classes }: Frozen): ClassRow[] =>
  classes.map(({ name, prompts }, index) => ({ id: `${version}.${index}`, index, name, prompts }))

/** The version that a class belongs to, by its id; undefined if the id is none of `classesOf`. */
export const versionOfClass = (id: string): string | undefined => /^(.+)\.\d+$/.exec(id)?.[1]

/** What a version needs and is here, as it was. Throws the error of `needs`, with what is gone or has changed. */
export function requirementsOf(
  { encoders, registry }: Pick<LoadContext, 'encoders' | 'registry'>,
  frozen: Frozen,
  needs: (what: string) => ShotboardError,
) {
  const { base } = frozen
  const encoder = encoders.all.find(({ id }) => id === frozen.encoder.id)
  if (!encoder) throw needs(`the encoder ${frozen.encoder.id}, which is not here`)
  const { fingerprints } = frozen.encoder
  if (encoder.spaceFingerprint('clip') !== fingerprints.clip) {
    throw needs(`the encoder ${encoder.id} as it was; its files have changed`)
  }
  const isSame = (space: string) =>
    encoder.spaces.includes(space) && encoder.spaceFingerprint(space) === fingerprints[base]
  const encoderSpace = [base, ...encoder.spaces.filter((each) => each !== 'clip')].find(isSame)
  if (encoderSpace === undefined) {
    throw needs(
      `the adapter of encoder ${encoder.id} with the SHA-256 ${frozen.encoder.adapter}, which is not here`,
    )
  }
  const method = registry.methods.find(({ id }) => id === frozen.method.id)
  if (!method) throw needs(nameOf('method', frozen.method))
  requireSame('method', frozen.method, registry.identityOf(method), needs)
  const space = spaceOf(registry, frozen)
  if (!space) throw needs(nameOf('space', frozen.space as Identity))
  if (frozen.space) requireSame('space', frozen.space, registry.identityOf(space), needs)
  return { encoder, encoderSpace, method, space }
}

/** The space that it is in; `clip` for a method that compares no images. */
function spaceOf(registry: Registry, { space }: Frozen): FeatureSpace | undefined {
  try {
    return registry.space(space?.id ?? 'clip')
  } catch {
    return undefined
  }
}

/** The code of a plugin must be what it was. What is built in keeps its meaning from version to version. */
function requireSame(
  kind: string,
  was: Identity,
  is: Identity,
  needs: (what: string) => ShotboardError,
): void {
  if (was.plugin === builtinName && is.plugin === builtinName) return
  if (fingerprintOf(was) === fingerprintOf(is)) return
  throw needs(
    `${nameOf(kind, was)} as it was; here is ${is.plugin}${is.version === null ? '' : ` ${is.version}`}`,
  )
}

function nameOf(kind: string, { id, plugin, package: packageName, version }: Identity): string {
  if (plugin === builtinName) return `the built-in ${kind} ${id}`
  const from = [
    plugin,
    ...(packageName !== null && packageName !== plugin ? [`(${packageName})`] : []),
    version,
  ]
  return `the ${kind} ${id} of the plugin ${from.filter((each) => each !== null).join(' ')}`
}
