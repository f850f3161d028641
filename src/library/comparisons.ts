import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, ShotboardError } from '../errors.js'
import type { KlScaling, Selection } from '../evaluation/protocol.js'
import type { ResultFiles } from '../evaluation/result-file.js'
import {
  comparePairs,
  type FinishedRun,
  type PairwiseTest,
  type SummaryRow,
  summariseRuns,
} from '../evaluation/summary.js'
import type { Changes } from '../jobs/changes.js'
import { type ComparisonJobContext, runComparison } from '../jobs/comparison-job.js'
import { contentsOf } from '../jobs/contents.js'
import { latestStates } from '../jobs/latest-states.js'
import { fingerprintOf, type Materials } from '../jobs/materials.js'
import { persevere } from '../jobs/persevere.js'
import type { JobQueue } from '../jobs/queue.js'
import type { Registry } from '../methods/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { ClassRow, DatasetImageRow, DatasetRow } from '../store/datasets.js'
import type { RunRequest, RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { version } from '../version.js'
import { chooseMethods, type MethodChoice } from './method-choice.js'
import { findMethodInSpace } from './method-in-space.js'
import { firstRepeated } from './repeated.js'
import { requireAugmentations, requireSeed, requireShots } from './support-sets.js'

export interface CompareInput {
  readonly dataset: string
  /** Another dataset of the same class names, whose test images are measured on instead. */
  readonly testDataset?: string | null
  readonly encoder?: string | null
  /** Several, in place of one: every run is made with each. */
  readonly encoders?: readonly string[] | null
  readonly shots: readonly number[]
  readonly seeds: readonly number[]
  readonly methods: readonly MethodChoice[]
  readonly selection: Selection
  readonly klScaling: KlScaling
  readonly augmentations: number
}

export interface Comparisons {
  /** Starts a comparison and returns at once. Throws what is wrong with the argument at fault, and then starts nothing. */
  compare(input: CompareInput): Promise<ComparisonRow>
  /** As `compare`, but where the same comparison has been made, or is being made, that one. */
  compareOnce(input: CompareInput): Promise<ComparisonRow>
  /** Throws UNKNOWN_COMPARISON or COMPARISON_FINISHED. */
  cancel(id: string): Promise<ComparisonRow>
  /** Resolves with the comparison once it has ended. Throws UNKNOWN_COMPARISON. */
  ended(id: string): Promise<ComparisonRow>
  /**
   * A comparison as it is, and then as it becomes, at most ten times a second, until it has ended. One that has ended
   * already is told once. Throws UNKNOWN_COMPARISON.
   */
  watch(id: string): Promise<AsyncIterableIterator<ComparisonRow>>
  /** Goes on with what a stop interrupted. */
  resume(): Promise<void>
  /** Every method, space and number of shots over its seeds, of the runs given. */
  rows(runs: readonly RunRow[]): SummaryRow[]
  /**
   * Every row against a method's row of the same encoder and number of shots; the method in its own space where the comparison has
   * it there, or in `space`. Throws UNKNOWN_METHOD, UNKNOWN_SPACE or UNKNOWN_BASELINE.
   */
  pairs(runs: readonly RunRow[], baseline: string, space?: string | null): Promise<PairwiseTest[]>
}

export interface ComparisonsContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly queue: JobQueue
  readonly changes: Changes
  readonly resultFiles: ResultFiles
  readonly job: ComparisonJobContext
  /** Told of a comparison that waits for the disk or the database. */
  readonly onFault: (comparison: string, fault: ShotboardError) => void
  /** Runs of one comparison: all of them are planned, stored and read as a whole. */
  readonly mostRuns: number
  /** Comparisons that wait or run at the same time. */
  readonly mostOpen: number
}

export function createComparisons(context: ComparisonsContext): Comparisons {
  const { store, registry, queue, changes, resultFiles, onFault } = context

  const enqueue = (id: string): void =>
    queue.add(id, (signal) => {
      const onFault = (fault: ShotboardError) => park(id, fault)
      return persevere(() => runComparison(context.job, id, signal), { signal, onFault })
    })

  /** Says why a comparison waits, where that can be written at all. */
  async function park(id: string, fault: ShotboardError): Promise<void> {
    onFault(id, fault)
    await store.comparisons.update(id, { status: 'QUEUED', error: fault.message }).catch(() => undefined)
  }

  async function find(id: string): Promise<ComparisonRow> {
    const [comparison] = await store.comparisons.byIds([id])
    if (!comparison) throw errors.unknownComparison({ id }, 'id')
    return comparison
  }

  async function start(input: CompareInput, reuse: boolean): Promise<ComparisonRow> {
    const planned = await plan(context, input)
    const same = reuse ? await store.comparisons.byFingerprint(planned.fingerprint) : null
    const most = context.mostOpen
    if (!same && (await store.comparisons.countUnfinished()) >= most)
      throw errors.tooManyComparisons({ most })
    const comparison = same ?? (await store.comparisons.create(planned))
    if (comparison.status === 'QUEUED' || comparison.status === 'RUNNING') enqueue(comparison.id)
    return comparison
  }

  function rows(runs: readonly RunRow[]): SummaryRow[] {
    return summariseRuns(runs.flatMap((run) => finishedRunOf(run) ?? []))
  }

  return {
    compare: (input) => start(input, false),
    compareOnce: (input) => start(input, true),
    async cancel(id) {
      const { status } = await find(id)
      if (status !== 'QUEUED' && status !== 'RUNNING') throw errors.comparisonFinished({ id, status }, 'id')
      await queue.cancel(id)
      try {
        await store.comparisons.cancel(id)
      } catch (error) {
        // What could not be written has not happened.
        enqueue(id)
        throw error
      }
      return find(id)
    },
    async ended(id) {
      await find(id)
      await queue.ended(id)
      return find(id)
    },
    async watch(id) {
      await find(id)
      return latestStates({
        read: () => find(id),
        watch: (onChange) => changes.watch(id, onChange),
        isLast: ({ status }) => status !== 'QUEUED' && status !== 'RUNNING',
        leastMs: leastMsBetweenStates,
      })
    },
    async resume() {
      for (const comparison of await store.comparisons.unfinished()) enqueue(comparison.id)
    },
    rows,
    async pairs(runs, baseline, space) {
      const found = findMethodInSpace(runs, registry, baseline, space, ['baseline', 'baselineSpace'])
      const isBaseline = (row: SummaryRow) => row.method === found.method && row.space === found.space
      return comparePairs(rows(runs), isBaseline, resultFiles.read)
    },
  }
}

/** What a summary needs of a run; undefined where it has not finished. */
function finishedRunOf({ id, encoder, method, space, shots, seed, result }: RunRow): FinishedRun | undefined {
  if (!result) return undefined
  const { accuracy, top5Accuracy, calibrationError, unshiftedAccuracy } = result
  return {
    ...{ id, encoder, method, space, shots, seed },
    ...{ accuracy, top5Accuracy, calibrationError, unshiftedAccuracy },
  }
}

/** Whoever watches a comparison is told at most ten times a second. */
const leastMsBetweenStates = 100

/** Checks a request and spells out its runs. */
async function plan({ store, encoders, registry, job, mostRuns }: ComparisonsContext, input: CompareInput) {
  const [dataset] = await store.datasets.byIds([input.dataset])
  if (!dataset) throw errors.unknownDataset({ id: input.dataset }, 'dataset')
  const chosenEncoders = chooseEncoders(encoders, input)
  requireList(input.shots, 'shots', 'number of shots', requireShots)
  requireList(input.seeds, 'seeds', 'seed', requireSeed)
  requireAugmentations(input.augmentations, 'augmentations')
  const count = chosenEncoders.length * input.shots.length * input.seeds.length * input.methods.length
  if (count > mostRuns) throw errors.tooManyRuns({ most: mostRuns, count }, 'seeds')
  const chosen = chosenEncoders.map((encoder) => chooseMethods(input.methods, registry, encoder))
  const classes = (await store.datasets.classes([dataset.id])).get(dataset.id) ?? []
  const datasets = input.testDataset == null ? [dataset.id] : [dataset.id, input.testDataset]
  const lastImage = await store.datasets.lastImage(datasets)
  const images = await store.datasets.images(dataset.id, undefined, lastImage)
  requireImages(dataset, classes, images, input)
  const tested = await testImagesOf(store, job.materials, dataset, input, lastImage)

  const contents = chosenEncoders.map((encoder) =>
    contentsOf({ encoders: [encoder], classes, images, tested }),
  )
  const runsWith = (encoder: Encoder, i: number) => (shots: number, seed: number) =>
    (chosen[i] ?? []).map(({ method, space, fixed }) => {
      const request: RunRequest = {
        datasetId: dataset.id,
        testDatasetId: input.testDataset ?? null,
        encoder: encoder.id,
        method: method.id,
        space: space?.id ?? null,
        shots,
        seed,
        augmentations: input.augmentations,
        selection: input.selection,
        klScaling: input.klScaling,
        fixed,
      }
      // The encoder's fingerprint is that of `imo`; added adapters have their own.
      const adapter = space?.base.startsWith('imo:') ? [encoder.fingerprintOf(space.base)] : []
      return { ...request, fingerprint: fingerprintOf([version, contents[i], request, ...adapter]) }
    })
  // One encoder after the other, so that each is opened once.
  const runs = chosenEncoders.flatMap((encoder, i) =>
    input.shots.flatMap((shots) => input.seeds.flatMap((seed) => runsWith(encoder, i)(shots, seed))),
  )
  return {
    fingerprint: fingerprintOf(runs.map((run) => run.fingerprint)),
    datasetId: dataset.id,
    testDatasetId: input.testDataset ?? null,
    encoder: (chosenEncoders[0] as Encoder).id,
    lastImage,
    contents: contentsOf({ encoders: chosenEncoders, classes, images, tested }),
    runs,
  }
}

/** Throws UNKNOWN_ENCODER, EMPTY_LIST, DUPLICATE_ENTRY, or INVALID_VALUE where both one and several are named. */
function chooseEncoders({ get }: Encoders, { encoder, encoders }: CompareInput): readonly Encoder[] {
  if (encoders == null) return [get(encoder, 'encoder')]
  if (encoder != null) {
    throw errors.invalidValue({ reason: 'Name one encoder, or several, but not both.' }, 'encoders')
  }
  if (encoders.length === 0) throw errors.emptyList({ what: 'encoder' }, 'encoders')
  const i = firstRepeated(encoders)
  if (i >= 0) throw errors.duplicateEntry({ what: 'encoder', name: String(encoders[i]) }, `encoders[${i}]`)
  return encoders.map((id, at) => get(id, `encoders[${at}]`))
}

/** The test images of another dataset, where one is asked for. Throws UNKNOWN_DATASET, CLASSES_DIFFER or NO_TEST_SPLIT. */
async function testImagesOf(
  store: Store,
  materials: Materials,
  { id }: DatasetRow,
  { testDataset }: CompareInput,
  lastImage: number,
): Promise<readonly DatasetImageRow[] | null> {
  if (testDataset == null) return null
  const [dataset] = await store.datasets.byIds([testDataset])
  if (!dataset) throw errors.unknownDataset({ id: testDataset }, 'testDataset')
  try {
    const images = await materials.testImages(testDataset, id, lastImage)
    if (images.length === 0) throw errors.noTestSplit({ dataset: dataset.name })
    return images
  } catch (error) {
    throw error instanceof ShotboardError ? error.at('testDataset') : error
  }
}

function requireList(
  values: readonly number[],
  argument: string,
  what: string,
  check: (value: number, argument: string) => void,
): void {
  if (values.length === 0) throw errors.emptyList({ what }, argument)
  values.forEach((value, i) => {
    check(value, `${argument}[${i}]`)
  })
  const i = firstRepeated(values)
  if (i >= 0) throw errors.duplicateEntry({ what, name: String(values[i]) }, `${argument}[${i}]`)
}

/** Throws CLASS_WITHOUT_IMAGES, NOT_ENOUGH_IMAGES, NO_TEST_SPLIT or NO_VALIDATION_SPLIT. */
function requireImages(
  dataset: DatasetRow,
  classes: readonly ClassRow[],
  images: readonly DatasetImageRow[],
  { shots, selection, testDataset }: CompareInput,
): void {
  const pool = new Int32Array(classes.length)
  for (const { split, classIndex } of images) {
    if (split === 'SUPPORT_POOL') pool[classIndex] = (pool[classIndex] as number) + 1
  }
  const most = Math.max(...shots)
  for (const { index, name: className } of classes) {
    const has = pool[index] as number
    if (has === 0) throw errors.classWithoutImages({ className }, 'dataset')
    if (has < most) {
      throw errors.notEnoughImages({ className, has, shots: most }, `shots[${shots.indexOf(most)}]`)
    }
  }
  const has = (split: string) => images.some((image) => image.split === split)
  if (!has('TEST') && testDataset == null) throw errors.noTestSplit({ dataset: dataset.name }, 'dataset')
  if (selection === 'VALIDATION' && !has('VALIDATION')) {
    throw errors.noValidationSplit({ dataset: dataset.name }, 'selection')
  }
}
