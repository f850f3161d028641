import { type ChosenMethod, chooseMethods, type MethodChoice } from '../comparisons/method-choice.js'
import { methodOrPlaceholder, spaceOrPlaceholder } from '../comparisons/placeholders.js'
import { requireSameContents } from '../comparisons/require-same-contents.js'
import type { RunResults } from '../comparisons/run-results.js'
import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, ShotboardError } from '../errors.js'
import type { KlScaling, Search, Selection } from '../evaluation/protocol.js'
import type { Generics } from '../generic/generics.js'
import type { Identity } from '../plugins/identity.js'
import type { Registry } from '../plugins/registry.js'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'
import { encodersOf, type RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import type { SupportSetRow } from '../store/support-sets.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { isStorageFault } from '../system/storage-fault.js'

/** What images are classified by: methods, fitted to a support set. */
export interface Question {
  readonly supportSet: SupportSetRow
  readonly encoder: Encoder
  readonly classes: readonly ClassRow[]
  readonly methods: readonly AskedMethod[]
  readonly selection: Selection
  readonly search: Search
  /** Whether hyperparameters may be searched for longer than the limit. */
  readonly allowLongSearch: boolean
  /** Empty unless `selection` is VALIDATION. */
  readonly validation: readonly DatasetImageRow[]
  /** The positions of the classes that the classifier does not have. */
  readonly holdOut: readonly number[]
  /** The images that ranges are taken over with `klScaling` BATCH; null with FROZEN. */
  readonly rangeImages: readonly DatasetImageRow[] | null
}

export interface AskedMethod extends ChosenMethod {
  /** Why it cannot answer as its comparison measured it; absent if it can. */
  readonly fault?: ShotboardError
}

/** By a support set and methods, or by the runs of a comparison. */
export interface QuestionInput {
  readonly supportSet?: string | null
  readonly comparison?: string | null
  /** Of the comparison; the most that it has by default. */
  readonly shots?: number | null
  /** Of the comparison; its first by default. */
  readonly seed?: number | null
  /** Of the comparison; all by default. */
  readonly encoder?: string | null
  /** All of the comparison by default. */
  readonly methods?: readonly MethodChoice[] | null
  /** LEAVE_ONE_OUT by default; a comparison has its own. */
  readonly selection?: Selection | null
  /** EXACT by default; a comparison has its own. */
  readonly search?: Search | null
  /** Whether hyperparameters may be searched for longer than the limit; false by default. */
  readonly allowLongSearch?: boolean
}

export interface QuestionContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly encodedData: EncodedData
  readonly contents: DatasetContents
  readonly runResults: RunResults
  readonly generics: Pick<Generics, 'of'>
}

/**
 * Looks up what images are classified by. A comparison that compares encoders gives one question for each of them. Throws
 * INVALID_VALUE, UNKNOWN_SUPPORT_SET, UNKNOWN_COMPARISON, CONTENTS_CHANGED, NO_VALIDATION_SPLIT, UNKNOWN_ENCODER and the
 * errors of `chooseMethods`, with the argument at fault.
 */
export function readQuestions(context: QuestionContext, input: QuestionInput): Promise<Question[]> {
  const { supportSet, comparison } = input
  if (comparison != null && supportSet == null) return ofComparison(context, comparison, input)
  if (supportSet != null && comparison == null) return ofSupportSet(context, supportSet, input)
  throw errors.invalidValue({ reason: 'Give either a support set or a comparison.' }, 'supportSet')
}

async function ofSupportSet(
  { store, encoders, registry, encodedData }: QuestionContext,
  id: string,
  { shots, seed, methods, selection, search, allowLongSearch = false }: QuestionInput,
): Promise<Question[]> {
  const supportSet = await store.supportSets.get(id)
  if (!supportSet) throw errors.unknownSupportSet({ id }, 'supportSet')
  if (shots != null) throw errors.invalidValue({ reason: 'Only a comparison takes shots.' }, 'shots')
  if (seed != null) throw errors.invalidValue({ reason: 'Only a comparison takes a seed.' }, 'seed')
  const encoder = encoders.get(supportSet.encoder)
  const question = {
    supportSet,
    encoder,
    classes: await encodedData.classes(supportSet.datasetId),
    methods: await chooseMethods(methods ?? [], registry, encoder),
    selection: selection ?? 'LEAVE_ONE_OUT',
    search: search ?? 'EXACT',
    allowLongSearch,
    holdOut: [],
    rangeImages: null,
  } as const
  if (selection !== 'VALIDATION') return [{ ...question, validation: [] }]
  const validation = await store.datasets.images(supportSet.datasetId, 'VALIDATION')
  if (validation.length > 0) return [{ ...question, validation }]
  const dataset = await store.datasets.get(supportSet.datasetId)
  throw errors.noValidationSplit({ dataset: dataset?.name ?? supportSet.datasetId }, 'selection')
}

/** The finished runs of a comparison on one support set, with the hyperparameters that they selected. */
async function ofComparison(context: QuestionContext, id: string, input: QuestionInput): Promise<Question[]> {
  const { store, encoders, registry, encodedData } = context
  const comparison = await store.comparisons.get(id)
  if (!comparison) throw errors.unknownComparison({ id }, 'comparison')
  if (input.selection != null) {
    throw errors.invalidValue({ reason: 'A comparison has its own selection. Leave it out.' }, 'selection')
  }
  if (input.search != null) {
    throw errors.invalidValue({ reason: 'A comparison has its own search. Leave it out.' }, 'search')
  }
  const all = await store.comparisons.runs(id)
  const runs = chosenRuns(all, registry, input)
  const encodersOfRuns = (some: readonly RunRow[]) => encodersOf(some).map((encoder) => encoders.get(encoder))
  await requireSameContents(context, comparison, encodersOfRuns(all), all)
  const { datasetId, testDatasetId, lastImage } = comparison
  const imagesOf = (split: 'VALIDATION' | 'TEST') => store.datasets.images(datasetId, split, lastImage)
  const testImages = () =>
    testDatasetId === null ? imagesOf('TEST') : encodedData.testImages(testDatasetId, datasetId, lastImage)
  return Promise.all(
    encodersOfRuns(runs.filter((run) => input.encoder == null || run.encoder === input.encoder)).map(
      async (encoder) => {
        const own = runs.filter((run) => run.encoder === encoder.id)
        const { shots, drawing, seed, augmentations, selection, search, klScaling, holdOut } =
          own[0] as RunRow
        const draw = { datasetId, encoder: encoder.id, shots, drawing, seed, augmentations }
        const images = drawing === 'LISTED' ? await listedOf(store, id) : null
        return {
          supportSet: await encodedData.supportSet({ ...draw, images }, lastImage),
          encoder,
          classes: await encodedData.classes(datasetId),
          methods: await Promise.all(own.map((run) => choiceOf(run, context))),
          selection,
          search,
          allowLongSearch: input.allowLongSearch ?? false,
          holdOut,
          validation: selection === 'VALIDATION' ? await imagesOf('VALIDATION') : [],
          rangeImages: isOfBatch(klScaling) ? await testImages() : null,
        }
      },
    ),
  )
}

/** The listed support images of a comparison. */
export const listedOf = async (store: Store, comparison: string): Promise<readonly string[]> =>
  (await store.comparisons.supportImagesOf([comparison])).get(comparison) ?? []

const isOfBatch = (scaling: KlScaling): boolean => scaling === 'BATCH'

/** The finished runs at one number of shots and one seed, and, if methods are given, of those methods. */
function chosenRuns(all: readonly RunRow[], registry: Registry, input: QuestionInput): RunRow[] {
  const finished = all.filter(({ status }) => status === 'SUCCEEDED')
  if (finished.length === 0) {
    throw errors.invalidValue({ reason: 'No run of this comparison has finished.' }, 'comparison')
  }
  const shots = input.shots ?? Math.max(...finished.map((run) => run.shots))
  const atShots = finished.filter((run) => run.shots === shots)
  if (atShots.length === 0) {
    throw errors.invalidValue({ reason: `This comparison has no finished run at ${shots} shots.` }, 'shots')
  }
  const seed = input.seed ?? atShots[0]?.seed
  const runs = atShots.filter((run) => run.seed === seed)
  if (runs.length === 0) {
    throw errors.invalidValue({ reason: `This comparison has no finished run with seed ${seed}.` }, 'seed')
  }
  return input.methods == null
    ? runs
    : input.methods.flatMap((choice, i) => runsOf(runs, choice, registry, i))
}

/** The runs of a method, in the chosen space if one is given. */
function runsOf(runs: readonly RunRow[], choice: MethodChoice, registry: Registry, i: number): RunRow[] {
  const at = `methods[${i}]`
  if (choice.hyperparameters && choice.hyperparameters.length > 0) {
    throw errors.invalidValue(
      { reason: 'A comparison has its own hyperparameters. Leave them out.' },
      `${at}.hyperparameters`,
    )
  }
  const isRun = runs.some(({ method }) => method === choice.method)
  const id = isRun ? choice.method : registry.method(choice.method, `${at}.method`).id
  const own = runs.filter(
    ({ method, space }) => method === id && (choice.space == null || space === choice.space),
  )
  if (own.length > 0) return own
  const where = choice.space == null ? '' : ` in ${choice.space}`
  throw errors.invalidValue({ reason: `This comparison has no finished run of ${id}${where}.` }, at)
}

/** A run's method and space, by what is registered now: a fault if a plugin, or what the space knows of other images, is gone or has changed since. */
async function choiceOf(run: RunRow, context: QuestionContext): Promise<AskedMethod> {
  const { registry, encoders, runResults, generics } = context
  const fixed = run.result?.hyperparameters ?? run.fixed
  try {
    const method = registry.method(run.method)
    const space = run.space === null ? null : registry.space(run.space)
    const code = (await runResults.provenance(run.id))?.code
    const changed = (
      item: Parameters<Registry['identityOf']>[0] | null,
      recorded: Identity | null | undefined,
    ) =>
      item !== null &&
      recorded != null &&
      registry.pluginOf(item) !== null &&
      fingerprintOf(registry.identityOf(item)) !== fingerprintOf(recorded)
    // What the space knows of other images may have been fitted anew since.
    const generic = space?.usesGeneric ? await generics.of(encoders.get(run.encoder), run.datasetId) : null
    const isOther = code?.generic !== undefined && code.generic !== generic?.fingerprint
    if (!isOther && !changed(method, code?.method) && !changed(space, code?.space)) {
      return { method, space, fixed }
    }
    return { method, space, fixed, fault: errors.codeChanged({ method: run.method, space: run.space }) }
  } catch (error) {
    if (!(error instanceof ShotboardError) || isStorageFault(error)) throw error
    return {
      method: methodOrPlaceholder(run.method, registry),
      space: spaceOrPlaceholder(run.space, registry, encoders.all),
      fixed,
      fault: error,
    }
  }
}
