import type { DatasetContents } from '../datasets/dataset-contents.js'
import { isDrawn } from '../datasets/support-sets.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import type { SetSummary } from '../evaluation/set-summary.js'
import type { Interval } from '../evaluation/statistics/crossed-design.js'
import type { Statistic } from '../evaluation/statistics/statistic.js'
import { type MeasureName, type Measures, measureNames, measures, pickMeasures } from '../measures.js'
import { rangeOf } from '../methods/contract.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { ClassSizes, RunRow } from '../store/runs.js'
import { encodersOf } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { type ComparisonProtocol, protocolOf } from './comparison-protocol.js'
import type { Comparisons } from './comparisons.js'
import type { Experiment } from './experiment.js'
import { defaultCoverage } from './plan-comparison.js'
import type { Provenance } from './provenance.js'
import type { ComparedRow } from './row-statistics.js'
import { type RunResults, unreadableReason } from './run-results.js'

/**
 * A comparison with everything needed to repeat it. Hashes are SHA-256 in hexadecimal, `inPercent` says what is in
 * percent, and times are ISO 8601. Within a version of the format, fields are added but never changed or removed.
 */
export interface ComparisonDocument {
  readonly format: 'shotboard-comparison'
  readonly version: 1
  /** What numbers of `rows` and `runs` are in percent, or percentage points for differences. All other shares are from 0 to 1. */
  readonly inPercent: readonly string[]
  readonly comparison: {
    readonly id: string
    readonly status: string
    readonly error: string | null
    /** The stable code of `error`; null for errors of earlier versions. */
    readonly errorCode: string | null
    readonly createdAt: string
    readonly finishedAt: string | null
  }
  /** The experiment with which `shotboard compare` repeats the comparison. */
  readonly experiment: Experiment
  readonly dataset: DocumentDataset
  readonly testDataset: DocumentDataset | null
  /** The first of `encoders`. */
  readonly encoder: DocumentEncoder
  /** Every encoder of the comparison. */
  readonly encoders: readonly DocumentEncoder[]
  readonly methods: readonly DocumentMethod[]
  /**
   * Means over the support sets; `low` and `high` are their 95 % interval over other images and, with two support sets or more,
   * over other support sets.
   */
  readonly rows: readonly ({
    readonly encoder?: string
    readonly method: string
    readonly space: string | null
    readonly shots: number
    /** How many images a class had in the support set. */
    readonly perClass: ClassSizes
    /** How many prompts a class had; null for results of earlier versions. */
    readonly prompts: ClassSizes | null
    readonly drop: Statistic | null
    /** What prediction sets were worth; null where no labelled image could be left out to fit them. */
    readonly sets: SetSummary | null
  } & Readonly<Record<MeasureName, Statistic>>)[]
  readonly runs: readonly DocumentRun[]
}

export interface DocumentEncoder {
  readonly id: string
  /** The hash of each file, by name, when the runs were made. */
  readonly files: Readonly<Record<string, string>>
}

export interface DocumentDataset {
  readonly id: string
  readonly name: string
  /** The hash of classes, prompts, images and splits when the runs were made. Equal fingerprints give equal results. */
  readonly fingerprint: string
  /** Whether the content has changed since the runs were made. If so, `classes` and `images` show the current content. */
  readonly changedSince: boolean
  readonly classes: readonly { readonly name: string; readonly prompts: readonly string[] }[]
  readonly images: Readonly<Record<string, number>>
}

export interface DocumentMethod {
  readonly method: string
  readonly space: string | null
  /**
   * The grids that were searched; null if an earlier version did not record them. Before a run has finished, those of the
   * method as it is now; null if it is not registered.
   */
  readonly hyperparameters:
    | readonly {
        readonly name: string
        readonly kind: string
        readonly default: number
        readonly min: number
        readonly max: number
        readonly steps: number
        readonly grid: readonly number[]
      }[]
    | null
}

export interface DocumentRun {
  readonly id: string
  readonly status: string
  readonly error: string | null
  /** The stable code of `error`; null for errors of earlier versions. */
  readonly errorCode: string | null
  readonly encoder: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly seed: number
  /** Hyperparameters that were given instead of selected. */
  readonly given: Readonly<Record<string, number>>
  readonly result:
    | (Measures & {
        /** Null once the support set is deleted. */
        readonly supportSet: string | null
        readonly selectionImages: number
        readonly selectionAccuracy: number | null
        /** The labelled images that the accuracy rests on; null for results of earlier versions. */
        readonly labelledImages: number | null
        /** How many images a class had in the support set. */
        readonly perClass: ClassSizes
        /** How many prompts a class had; null for results of earlier versions. */
        readonly prompts: ClassSizes | null
        /** What the logits of a typical image are divided by before softmax; null for results of earlier versions. */
        readonly temperature: number | null
        readonly hyperparameters: Readonly<Record<string, number>>
        readonly unshiftedAccuracy: number | null
        readonly testImages: number
        /** The 95 % interval of the accuracy over other test images, for this support set; null if results cannot be read. */
        readonly accuracyInterval: Interval | null
        /** The prediction sets of the test images; null as in `rows`. */
        readonly sets: RunSets | null
        readonly timings: { readonly encodeMs: number; readonly searchMs: number; readonly scoreMs: number }
      })
    | null
  /** The hash of the file with the adapter that the space uses; null if it uses none. */
  readonly adapter: string | null
  /** The kind of processor that made the features; null as below. Features of earlier versions, which did not record it, may be among them. */
  readonly processor: string | null
  /** The versions that computed the run; null if it has not finished or an earlier version did not record them. */
  readonly versions: Provenance['versions'] | null
  /** The code that computed the run; null as above. */
  readonly code: Provenance['code']
  readonly createdAt: string
  readonly finishedAt: string | null
}

/** The prediction sets of one run. Shares are in percent. */
export interface RunSets {
  /** How often the set held the true class. */
  readonly coverage: number
  /** The mean number of classes in a set. */
  readonly size: number
  /** How often the set was empty. */
  readonly empty: number
  /** On images of no class; null if there were none. */
  readonly unknown: {
    readonly images: number
    /** How often their set was empty. */
    readonly turnedAway: number
    readonly areaUnderRoc: number | null
  } | null
}

export interface DocumentContext {
  readonly store: Store
  readonly contents: DatasetContents
  readonly encoders: Encoders
  readonly registry: Registry
  readonly runResults: RunResults
  readonly comparisons: Comparisons
}

/** Documents a comparison with all runs, finished or not. Throws UNKNOWN_COMPARISON. */
export async function documentComparison(context: DocumentContext, id: string): Promise<ComparisonDocument> {
  const { store, encoders, comparisons } = context
  const comparison = await store.comparisons.get(id)
  if (!comparison) throw errors.unknownComparison({ id }, 'id')
  const runs = await store.comparisons.runs(id)
  const { of: provenances, errors: unreadable } = await readProvenances(context, runs)
  const recorded = runs.flatMap(({ id }) => provenances.get(id) ?? [])[0]

  const describe = (datasetId: string, fingerprint: string | null | undefined) =>
    describeDataset(context, datasetId, comparison.lastImage, fingerprint ?? null)
  const dataset = await describe(comparison.datasetId, recorded?.dataset)
  const testDataset =
    comparison.testDatasetId === null ? null : await describe(comparison.testDatasetId, recorded?.testDataset)
  const described = encodersOf(runs).map((id): DocumentEncoder => {
    const [first] = runs.flatMap((run) => (run.encoder === id ? (provenances.get(run.id) ?? []) : []))
    return { id, files: first?.encoder ?? encoders.all.find((each) => each.id === id)?.files ?? {} }
  })
  const protocol = protocolOf(runs)
  const unknownDataset = await unknownDatasetOf(context, protocol, comparison.lastImage)
  const summaries = await summariseEach(comparisons, runs)
  const listed = (await store.comparisons.supportImagesOf([id])).get(id) ?? []
  const experiment = experimentOf(comparison, runs, protocol, { dataset, testDataset }, unknownDataset)
  return {
    format: 'shotboard-comparison',
    version: 1,
    inPercent: [
      ...measureNames.filter((name) => measures[name].scale === 100),
      ...['drop', 'accuracyInterval', 'selectionAccuracy', 'unshiftedAccuracy'],
      ...['sets.coverage', 'sets.empty', 'sets.unknown.turnedAway'],
    ],
    comparison: {
      id,
      status: comparison.status,
      error: comparison.error,
      errorCode: comparison.errorCode,
      createdAt: comparison.createdAt.toISOString(),
      finishedAt: comparison.finishedAt?.toISOString() ?? null,
    },
    experiment: { ...experiment, ...(listed.length > 0 && { supportImages: listed }) },
    dataset,
    testDataset,
    encoder: described[0] ?? { id: comparison.encoder, files: {} },
    encoders: described,
    methods: protocol.methods.map(({ method, space }) => {
      const [made] = runs.flatMap((run) =>
        run.method === method && run.space === space ? (provenances.get(run.id) ?? []) : [],
      )
      return describeMethod(context.registry, method, space, made)
    }),
    rows: (await comparisons.rows(runs)).map(({ runs: _, ...row }) => row),
    runs: runs.map((run) => {
      const reason = run.error === null ? unreadable.get(run.id) : undefined
      const unread = reason && { error: reason, errorCode: errors.runResultUnreadable.code }
      return describeRun({ ...run, ...unread }, provenances.get(run.id), summaries.get(run.id))
    }),
  }
}

interface Provenances {
  readonly of: ReadonlyMap<string, Provenance>
  /** Why the results of a run cannot be read, by run. */
  readonly errors: ReadonlyMap<string, string>
}

async function readProvenances(
  { runResults }: DocumentContext,
  runs: readonly RunRow[],
): Promise<Provenances> {
  const [found, unreadable] = [new Map<string, Provenance>(), new Map<string, string>()]
  const read = async ({ id }: RunRow): Promise<void> => {
    try {
      const provenance = await runResults.provenance(id)
      if (provenance) found.set(id, provenance)
    } catch (error) {
      const reason = unreadableReason(error)
      if (reason === undefined) throw error
      unreadable.set(id, reason)
    }
  }
  await Promise.all(runs.filter(({ result }) => result !== null).map(read))
  return { of: found, errors: unreadable }
}

async function describeDataset(
  { store, contents }: DocumentContext,
  id: string,
  lastImage: number | null,
  recorded: string | null,
): Promise<DocumentDataset> {
  const dataset = await store.datasets.get(id)
  if (!dataset) throw errors.unknownDataset({ id })
  const classes = await store.datasets.classes(id)
  const images: Record<string, number> = { SUPPORT_POOL: 0, VALIDATION: 0, TEST: 0 }
  for (const count of await store.imageLists.counts({ datasetId: id, last: lastImage })) {
    images[count.split] = (images[count.split] ?? 0) + count.images
  }
  const current = await contents.fingerprint(id, lastImage)
  return {
    id,
    name: dataset.name,
    fingerprint: recorded ?? current,
    changedSince: recorded !== null && recorded !== current,
    classes: classes.map(({ name, prompts }) => ({ name, prompts })),
    images,
  }
}

/** The dataset with images of no class; null if there is none, or if it has been deleted. */
async function unknownDatasetOf(
  context: DocumentContext,
  { unknownDatasetId }: ComparisonProtocol,
  lastImage: number | null,
): Promise<DocumentDataset | null> {
  if (unknownDatasetId === null || !(await context.store.datasets.get(unknownDatasetId))) return null
  return describeDataset(context, unknownDatasetId, lastImage, null)
}

function experimentOf(
  { encoder }: ComparisonRow,
  runs: readonly RunRow[],
  { methods, coverage, holdOut, unknownDatasetId: _, ...protocol }: ComparisonProtocol,
  { dataset, testDataset }: Pick<ComparisonDocument, 'dataset' | 'testDataset'>,
  unknownDataset: DocumentDataset | null,
): Experiment {
  const encoders = encodersOf(runs)
  const reference = ({ name, fingerprint }: DocumentDataset) => ({ name, fingerprint })
  return {
    dataset: reference(dataset),
    ...(testDataset && { testDataset: reference(testDataset) }),
    ...(encoders.length > 1 ? { encoders: [...encoders] } : { encoder }),
    // Where nothing is drawn, the number of shots follows from the images.
    shots: !isDrawn(protocol.drawing) ? [] : [...new Set(runs.map(({ shots }) => shots))],
    seeds: [...new Set(runs.map(({ seed }) => seed))],
    methods: methods.map(({ method, space, fixed }) => ({
      method,
      ...(space !== null && { space }),
      ...(Object.keys(fixed).length > 0 && { hyperparameters: { ...fixed } }),
    })),
    ...protocol,
    coverage: coverage ?? defaultCoverage,
    ...(unknownDataset && { unknownDataset: reference(unknownDataset) }),
    holdOut: holdOut.map((index) => dataset.classes[index]?.name ?? String(index)),
  }
}

function describeMethod(
  registry: Registry,
  id: string,
  space: string | null,
  made: Provenance | undefined,
): DocumentMethod {
  const method = registry.methods.find((each) => each.id === id)
  const declared = made ? made.hyperparameters : (method?.hyperparameters ?? null)
  const hyperparameters =
    declared &&
    Object.entries(declared).map(([name, { kind, default: standard, grid }]) => ({
      name,
      kind,
      default: standard,
      ...rangeOf({ grid }),
      steps: grid.length,
      grid,
    }))
  return { method: id, space, hyperparameters }
}

/** Each finished run as a row of its own. */
async function summariseEach(
  { rows }: Comparisons,
  runs: readonly RunRow[],
): Promise<ReadonlyMap<string, ComparedRow>> {
  const found = await Promise.all(
    runs.map(async (run) => (await rows([run])).map((row) => [run.id, row] as const)),
  )
  return new Map(found.flat())
}

function setsOf({ sets }: ComparedRow): RunSets | null {
  if (sets === null) return null
  const { coverage, size, empty, unknown } = sets
  return {
    ...{ coverage: coverage.mean, size: size.mean, empty: empty.mean },
    unknown: unknown && { ...unknown, turnedAway: unknown.turnedAway.mean },
  }
}

function describeRun(
  run: RunRow,
  provenance: Provenance | undefined,
  summary: ComparedRow | undefined,
): DocumentRun {
  const { id, status, error, errorCode, encoder, method, space, shots, seed, fixed, result } = run
  const isRead = summary !== undefined && summary.error === undefined
  return {
    id,
    status,
    error,
    errorCode,
    encoder,
    method,
    space,
    shots,
    seed,
    given: fixed,
    result: result && {
      supportSet: result.supportSetId,
      selectionImages: result.selectionImages,
      selectionAccuracy: result.selectionAccuracy,
      labelledImages: result.labelledImages,
      perClass: result.perClass,
      prompts: result.prompts,
      temperature: result.temperature,
      hyperparameters: result.hyperparameters,
      ...pickMeasures(result),
      unshiftedAccuracy: result.unshiftedAccuracy,
      testImages: result.testImages,
      accuracyInterval: isRead ? { low: summary.accuracy.low, high: summary.accuracy.high } : null,
      sets: isRead ? setsOf(summary) : null,
      timings: { encodeMs: result.encodeMs, searchMs: result.searchMs, scoreMs: result.scoreMs },
    },
    adapter: provenance?.adapter ?? null,
    processor: provenance?.processor ?? null,
    versions: provenance?.versions ?? null,
    code: provenance?.code ?? null,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  }
}
