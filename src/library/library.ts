import { join } from 'node:path'
import { type Adapters, createAdapters } from '../adapters/adapters.js'
import { createTrainings, type Trainings } from '../adapters/trainings.js'
import { createPredict, type ImagePrediction, type PredictInput } from '../classifiers/predict.js'
import { type ComparisonDocument, documentComparison } from '../comparisons/comparison-document.js'
import { type Comparisons, createComparisons } from '../comparisons/comparisons.js'
import { type Contrasts, createContrasts } from '../comparisons/contrasts.js'
import { createOverlap, type OverlapInput, type OverlapReport } from '../comparisons/overlap.js'
import { createOverlapCorrelation, type OverlapCorrelation } from '../comparisons/overlap-correlation.js'
import { createRecommendation, type WordedRecommendation } from '../comparisons/recommendation.js'
import { createRunResults, type RunResults } from '../comparisons/run-results.js'
import { fingerprintDataset } from '../datasets/dataset-fingerprint.js'
import { createDatasets, type Datasets } from '../datasets/datasets.js'
import { createEncodedData, type EncodedData } from '../datasets/encoded-data.js'
import { createFeatureSource, type FeatureEvents } from '../datasets/feature-source.js'
import { createImageIntake } from '../datasets/image-intake.js'
import { createImports, type Imports } from '../datasets/importing/imports.js'
import { createShiftedDatasets, type ShiftedDataset, type ShiftInput } from '../datasets/shifted-datasets.js'
import { createSupportSets, type SupportSets } from '../datasets/support-sets.js'
import { createAdapterFolder } from '../encoders/adapters/added-adapters.js'
import { type Encoders, openEncoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import type { SummaryRow } from '../evaluation/summary.js'
import { openFeatureStore } from '../features/feature-store.js'
import { type Changes, createChanges } from '../jobs/changes.js'
import { createJobQueue, type JobCounts } from '../jobs/queue.js'
import { builtin } from '../plugins/builtin.js'
import { loadPlugin } from '../plugins/plugin.js'
import { createRegistry, type Registry } from '../plugins/registry.js'
import type { Settings } from '../settings/settings.js'
import type { SourceLimits } from '../sources/source.js'
import { createArchiveFiles } from '../store/archive-files.js'
import { lockDataFolder } from '../store/data-folder-lock.js'
import { type Database, openDatabase } from '../store/database.js'
import { createImageFiles, type ImageFiles } from '../store/image-files.js'
import { createRecoveryMarkers } from '../store/recovery-markers.js'
import { createStore, type Store } from '../store/store.js'
import { createKeyedLock } from '../system/keyed-lock.js'
import { createKernels } from '../tensor/kernels.js'
import { openRuntime } from '../tensor/runtime.js'
import { createDeletions, type Deletions, sweepFiles } from './deletions.js'

/** Shotboard without its server: what the API, the command line and programs use. */
export interface Library {
  readonly registry: Registry
  readonly encoders: Encoders
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly runResults: RunResults
  readonly encodedData: EncodedData
  readonly databaseKind: Database['kind']
  readonly changes: Changes
  readonly datasets: Datasets
  readonly supportSets: SupportSets
  readonly comparisons: Comparisons
  readonly contrasts: Contrasts
  readonly imports: Imports
  readonly trainings: Trainings
  readonly adapters: Adapters
  readonly deletions: Deletions
  /** What a dataset holds, as a hash; see `fingerprintDataset`. Throws UNKNOWN_DATASET. */
  fingerprintDataset(id: string): Promise<string>
  /** A comparison with everything needed to repeat it. Throws UNKNOWN_COMPARISON. */
  documentComparison(id: string): Promise<ComparisonDocument>
  predict(input: PredictInput): Promise<ImagePrediction[]>
  /** Measures intra-modal overlap. */
  overlap(input: OverlapInput): Promise<OverlapReport>
  /** Correlates, over comparisons, the reduction of overlap with the gain in accuracy. */
  overlapCorrelation(comparisons: readonly string[]): Promise<OverlapCorrelation>
  /** Which method to use, in which space, and how sure that is; see `createRecommendation`. */
  recommend(rows: readonly SummaryRow[], shots?: number | null): Promise<WordedRecommendation | null>
  /** Makes a dataset's twin of shifted test images. */
  shift(input: ShiftInput): Promise<ShiftedDataset>
  /** Each throws where something that the library cannot work without is away. */
  readonly checks: { readonly database: () => Promise<void>; readonly encoder: () => Promise<void> }
  /** How many comparisons, imports and trainings wait and run. */
  jobCounts(): JobCounts
  /** Lets whoever finds the data folder in use know where the service in front of this library is reached. */
  announce(url: string): Promise<void>
  /** Stops what is running, to be gone on with at the next start, and closes everything. */
  close(): Promise<void>
}

export type LibrarySettings = Pick<
  Settings,
  | 'dataDirectory'
  | 'databaseUrl'
  | 'modelsDirectory'
  | 'encoder'
  | 'encoderIdleMinutes'
  | 'threads'
  | 'executionProviders'
  | 'plugins'
  | 'maxMegapixels'
  | 'maxRunsPerComparison'
  | 'comparisonsAtOnce'
  | 'maxOpenComparisons'
  | keyof SourceLimits
>

/** What whoever opened a library may be told of. */
export interface LibraryEvents {
  /** A job failed in a way it should not have. */
  readonly onError?: (job: string, error: unknown) => void
  readonly features?: FeatureEvents
}

/** Trainings at the same time: one fills the cores. */
const trainingsAtOnce = 1
/** Imports at the same time, beside the comparisons: they wait for the disk and decode. */
const importsAtOnce = 1

/**
 * Opens a library: plugins, encoders, database and files; work that a stop interrupted goes on. The data folder is this
 * library's alone until it is closed. Throws INVALID_PLUGIN, INVALID_MODEL, UNKNOWN_ENCODER, DATA_FOLDER_IN_USE or
 * DATABASE_UNAVAILABLE.
 */
export async function openLibrary(
  settings: LibrarySettings,
  { onError = () => {}, features }: LibraryEvents = {},
): Promise<Library> {
  const plugins = await Promise.all(settings.plugins.map((plugin) => loadPlugin(plugin, process.cwd())))
  const registry = createRegistry([builtin(), ...plugins])
  const lock = await lockDataFolder(settings.dataDirectory)
  // Two computing threads, so that a search does not wait for a batch of images, nor a prediction for a search.
  const { threads, executionProviders: providers } = settings
  const [encoding, computing] = [openRuntime({ threads, providers }), openRuntime({ threads })]
  const closing: (() => Promise<unknown>)[] = [
    () => lock.release(),
    () => encoding.close(),
    () => computing.close(),
  ]
  const close = async (): Promise<void> => {
    for (const step of closing.toReversed()) await step()
  }
  try {
    // The processor is always there; to know of anything else ONNX Runtime has to be loaded.
    const others = providers.filter((provider) => provider !== 'cpu')
    const known = others.length > 0 ? await encoding.providers() : []
    for (const provider of others) {
      if (!known.includes(provider)) throw errors.providerUnavailable({ provider, known })
    }
    const adapterFolder = createAdapterFolder(join(settings.dataDirectory, 'adapters'))
    const opening = openDatabase(settings.databaseUrl)
    closing.push(() =>
      opening.then(
        (database) => database.close(),
        () => {},
      ),
    )
    const [encoders, database] = await Promise.all([
      openEncoders(settings, settings.encoder, encoding, {
        idleMinutes: settings.encoderIdleMinutes,
        adapterFolder,
      }),
      opening,
    ])
    const featureStore = openFeatureStore(join(settings.dataDirectory, 'features'))
    closing.push(featureStore.close)
    const changes = createChanges()
    const store = createStore(database.client, changes.publish)
    const imageFiles = createImageFiles(join(settings.dataDirectory, 'images'))
    const runResults = createRunResults(join(settings.dataDirectory, 'runs'))
    const kernels = createKernels(computing)
    const encodedData = createEncodedData({
      store,
      imageFiles,
      features: createFeatureSource(featureStore, features),
    })
    const queue = createJobQueue({ concurrency: settings.comparisonsAtOnce, onError })
    closing.push(queue.close)

    const parts = { store, changes, imageFiles, runResults, encoders, registry, kernels, encodedData }
    const { maxMegapixels } = settings
    const recoveryMarkers = createRecoveryMarkers(join(settings.dataDirectory, 'unsettled'))
    const archiveFiles = createArchiveFiles(join(settings.dataDirectory, 'archives'), settings)
    await sweepFiles({ ...parts, features: featureStore, archiveFiles, recoveryMarkers })
    const intake = createImageIntake({ ...parts, recoveryMarkers, maxMegapixels })
    const datasets = createDatasets({ ...parts, intake })
    const importQueue = createJobQueue({ concurrency: importsAtOnce, onError })
    closing.push(importQueue.close)
    const imports = createImports({
      ...{ store, intake, queue: importQueue, limits: settings, onFault: onError },
      archiveFiles,
      createDataset: datasets.create,
    })
    const comparisons = createComparisons({
      ...parts,
      queue,
      job: { ...parts, runLock: createKeyedLock() },
      onFault: onError,
      maxRuns: settings.maxRunsPerComparison,
      maxOpen: settings.maxOpenComparisons,
    })
    const trainingQueue = createJobQueue({ concurrency: trainingsAtOnce, onError })
    closing.push(trainingQueue.close)
    const trainings = createTrainings({
      ...{ store, encoders, imageFiles, adapterFolder, changes },
      ...{ queue: trainingQueue, onFault: onError },
      checkpointDirectory: join(settings.dataDirectory, 'trainings'),
      openRuntime: () => openRuntime({ threads, providers }),
    })
    await comparisons.resume()
    await imports.resume()
    await trainings.resume()
    return {
      ...parts,
      databaseKind: database.kind,
      checks: { database: database.check, encoder: encoders.check },
      jobCounts() {
        const counts = [queue, importQueue, trainingQueue].map((each) => each.counts())
        return {
          waiting: counts.reduce((sum, { waiting }) => sum + waiting, 0),
          running: counts.reduce((sum, { running }) => sum + running, 0),
        }
      },
      datasets,
      comparisons,
      imports,
      trainings,
      adapters: createAdapters({ encoders, adapterFolder, store }),
      deletions: createDeletions({
        ...parts,
        intake,
        features: featureStore,
        imports,
        comparisons,
        recoveryMarkers,
      }),
      contrasts: createContrasts(parts),
      async fingerprintDataset(id) {
        return fingerprintDataset(await encodedData.classes(id), await store.datasets.images(id))
      },
      documentComparison: (id) => documentComparison({ ...parts, comparisons }, id),
      supportSets: createSupportSets(parts),
      overlap: createOverlap(parts),
      overlapCorrelation: createOverlapCorrelation(parts),
      recommend: createRecommendation(parts),
      shift: createShiftedDatasets({ ...parts, datasets }),
      predict: createPredict({ ...parts, maxMegapixels }),
      announce: (url) => lock.announce(url),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
