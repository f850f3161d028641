import { join } from 'node:path'
import type { Adapters } from '../adapters/adapters.js'
import type { Trainings } from '../adapters/trainings.js'
import type { Classifiers } from '../classifiers/classifiers.js'
import type { DatasetClassifications } from '../classifiers/datasets/dataset-classifications.js'
import type { ClassifierJobs } from '../classifiers/jobs/classifier-jobs.js'
import type { Predict } from '../classifiers/predict.js'
import { createSuggestions, type SuggestedImage, type SuggestionsInput } from '../classifiers/suggestions.js'
import { type ComparisonDocument, documentComparison } from '../comparisons/comparison-document.js'
import type { Comparisons } from '../comparisons/comparisons.js'
import type { Contrasts } from '../comparisons/contrasts.js'
import { createImageMaps, type ImageMaps } from '../comparisons/image-map.js'
import { createOverlap, type OverlapInput, type OverlapReport } from '../comparisons/overlap.js'
import { createOverlapCorrelation, type OverlapCorrelation } from '../comparisons/overlap-correlation.js'
import type { RunCode } from '../comparisons/provenance.js'
import { createRecommendation, type WordedRecommendation } from '../comparisons/recommendation.js'
import type { ComparedRow } from '../comparisons/row-statistics.js'
import { createRunPredictionPages, type RunPredictionPages } from '../comparisons/run-predictions.js'
import { createSideBySide, type SideBySide } from '../comparisons/side-by-side.js'
import type { Curation } from '../datasets/curation.js'
import { type DatasetManifest, manifestOf } from '../datasets/dataset-manifest.js'
import type { Datasets } from '../datasets/datasets.js'
import {
  createFeatureProblems,
  type FeatureProblems,
  type FeatureProblemsInput,
} from '../datasets/feature-problems.js'
import type { Imports } from '../datasets/importing/imports.js'
import { type DatasetProblem, problemsOf } from '../datasets/problems.js'
import { createShiftedDatasets, type ShiftedDataset, type ShiftInput } from '../datasets/shifted-datasets.js'
import { supportSetFile } from '../datasets/support-set-file.js'
import { createSupportSets, type SupportSets } from '../datasets/support-sets.js'
import { createAdapterFolder } from '../encoders/adapters/added-adapters.js'
import type { Encoders } from '../encoders/encoders.js'
import type { Predictions } from '../evaluation/predictions.js'
import type { Generics } from '../generic/generics.js'
import { createEmbeddedQueue } from '../jobs/embedded-queue.js'
import type { JobCounts } from '../jobs/job-queue.js'
import { loadRegistry } from '../plugins/load-registry.js'
import type { Registry } from '../plugins/registry.js'
import { lockDataFolder } from '../store/data-folder-lock.js'
import type { Database } from '../store/database.js'
import { pairingFile } from '../store/pairing.js'
import type { DatasetChangeRow } from '../store/recorded-changes.js'
import type { Store } from '../store/store.js'
import { type Cleanup, createCleanup } from '../system/cleanup.js'
import type { Deletions } from './deletions.js'
import { forgetOldChanges } from './forget-old-changes.js'
import { keepUpToDate, resumeJobs } from './keep-up-to-date.js'
import { type Computing, openComputing } from './open-computing.js'
import { openShared } from './open-shared.js'
import { openStorage, type Storage } from './open-storage.js'
import { createServices, type LibraryEvents, type Services } from './services.js'
import type { LibrarySettings } from './settings.js'
import { noWork, type SharedWork, sharingOf } from './sharing.js'

type Reads<T, Names extends keyof T> = Pick<T, Names>

/** Shotboard without its server. The API, the command line and other programs use it. */
export interface Library {
  readonly registry: Registry
  readonly encoders: Encoders
  readonly databaseKind: Database['kind']
  readonly datasets: Datasets &
    Reads<
      Store['datasets'],
      | 'get'
      | 'getMany'
      | 'findByName'
      | 'page'
      | 'classes'
      | 'classesOf'
      | 'classesAt'
      | 'classNamed'
      | 'classesById'
      | 'counts'
      | 'countsOf'
      | 'images'
    > &
    Reads<Store['datasetImages'], 'classCounts' | 'firstOfClasses' | 'labelled' | 'pages'> & {
      /** Pages and counts of the images without a label. */
      readonly unlabelled: Reads<Store['unlabelledImages'], 'page' | 'ids' | 'among' | 'counts'>
      /** The problems of several datasets, by dataset; see `problemsOf`. */
      problemsOf(ids: readonly string[]): Promise<Map<string, DatasetProblem[]>>
      /** The manifest of a dataset: every image by its SHA-256. Throws UNKNOWN_DATASET. */
      manifest(id: string): Promise<DatasetManifest>
    }
  readonly curation: Curation & {
    /** Changes that can be undone, by their ids. */
    changes(ids: readonly string[]): Promise<DatasetChangeRow[]>
    /** The latest changes of datasets, by dataset, newest first. */
    changesOf(datasets: readonly string[]): Promise<Map<string, DatasetChangeRow[]>>
  }
  readonly images: Reads<Store['images'], 'get' | 'getMany'> & {
    /** The original bytes of an image. Throws UNKNOWN_IMAGE. */
    read(id: string): Promise<Buffer>
    /** A WebP thumbnail of at most `side` × `side` pixels. Throws UNKNOWN_IMAGE. */
    thumbnail(id: string, side: number): Promise<Buffer>
  }
  readonly supportSets: SupportSets &
    Reads<Store['supportSets'], 'getMany' | 'page' | 'imagesOf'> & {
      /** An encoded support set as a safetensors file. Throws UNKNOWN_SUPPORT_SET or UNKNOWN_ENCODER. */
      file(id: string): Promise<Uint8Array>
    }
  readonly runs: Reads<Store['runs'], 'getMany' | 'page'> & {
    /** The predicted class of every test image of a run. Throws RUN_RESULT_UNREADABLE. */
    predictions(id: string): Promise<Predictions>
    /** Single predictions of a run, selected and in pages. */
    readonly predictionPages: RunPredictionPages
    /** The code that computed a run; null for results of earlier versions. Throws as `predictions`. */
    code(id: string): Promise<RunCode | null>
  }
  readonly comparisons: Comparisons &
    Reads<Store['comparisons'], 'get' | 'getMany' | 'page' | 'runs' | 'supportImagesOf'>
  readonly contrasts: Contrasts
  readonly imports: Imports & Reads<Store['imports'], 'getMany' | 'page'>
  readonly trainings: Trainings & Reads<Store['trainings'], 'getMany' | 'page'>
  readonly adapters: Adapters
  readonly deletions: Deletions
  readonly generics: Generics
  /** The SHA-256 of a dataset's content; see `DatasetContents`. Throws UNKNOWN_DATASET. */
  fingerprintDataset(id: string): Promise<string>
  /** A comparison with everything needed to repeat it. Throws UNKNOWN_COMPARISON. */
  documentComparison(id: string): Promise<ComparisonDocument>
  readonly predict: Predict
  readonly datasetClassifications: DatasetClassifications &
    Reads<Store['datasetClassifications'], 'getMany' | 'page' | 'partPage'>
  readonly classifiers: Classifiers &
    Reads<Store['classifiers'], 'getMany' | 'page' | 'versionsOf' | 'versionsById'>
  readonly classifierJobs: ClassifierJobs & Reads<Store['classifierJobs'], 'getMany' | 'page'>
  /** What the features of an encoder say about a dataset; see `createFeatureProblems`. */
  featureProblems(input: FeatureProblemsInput): Promise<FeatureProblems>
  /** Which images without a label to label next; see `createSuggestions`. */
  suggestions(input: SuggestionsInput): Promise<SuggestedImage[]>
  /** How far two comparisons are apart; see `createSideBySide`. */
  readonly sideBySide: SideBySide
  /** Images as points in a space. */
  readonly imageMaps: ImageMaps
  /** Measures intra-modal overlap; see `createOverlap`. */
  overlap(input: OverlapInput): Promise<OverlapReport>
  /** Correlates the reduction of overlap with the gain in accuracy; see `createOverlapCorrelation`. */
  overlapCorrelation(comparisons: readonly string[]): Promise<OverlapCorrelation>
  /** Recommends a method and its space, with a confidence; see `createRecommendation`. */
  recommend(rows: readonly ComparedRow[], shots?: number | null): Promise<WordedRecommendation | null>
  /** Makes a copy of a dataset with shifted test images; see `createShiftedDatasets`. */
  shift(input: ShiftInput): Promise<ShiftedDataset>
  /** By name; each throws if a dependency is unavailable. */
  readonly checks: {
    readonly database: () => Promise<unknown>
    readonly encoder: () => Promise<unknown>
    /** Only where several machines share them. */
    readonly queue?: () => Promise<unknown>
    readonly objects?: () => Promise<unknown>
  }
  /** The numbers of waiting and running comparisons, imports and trainings. */
  jobCounts(): Promise<JobCounts>
  /** Stops running jobs, which the next start resumes, and closes everything. */
  close(): Promise<void>
}

/** A library with its internals, for the process that opened it. */
export interface OpenedLibrary
  extends Library,
    Pick<Storage, 'store' | 'changes' | 'imageFiles' | 'runResults'>,
    Pick<Computing, 'kernels' | 'imageWorkers'>,
    Pick<Services, 'encodedData'> {
  /** Publishes the URL of this service in the lock, for other processes that find the data folder in use. */
  publishUrl(url: string): Promise<void>
}

/**
 * Opens plugins, encoders, database and files, and resumes interrupted jobs. The library locks the data folder until it is
 * closed. Where several machines share a queue, the process takes the jobs that `work` says; none by default. Throws
 * INVALID_PLUGIN, INVALID_MODEL, UNKNOWN_ENCODER, PROVIDER_UNAVAILABLE, DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE, or
 * SHARING_INCOMPLETE, QUEUE_UNAVAILABLE or OBJECTS_UNAVAILABLE for what machines share.
 */
export async function openLibrary(
  settings: LibrarySettings,
  events: LibraryEvents = {},
  work: SharedWork = noWork,
): Promise<OpenedLibrary> {
  const sharing = sharingOf(settings)
  const registry = await loadRegistry(settings.plugins, process.cwd(), settings)
  const lock = await lockDataFolder(settings.dataDirectory)
  const cleanup = createCleanup()
  cleanup.add(lock.release)
  try {
    const opened = sharing
      ? await openShared(settings, sharing, work, events, cleanup)
      : await openAlone(settings, events, cleanup)
    const { concurrency } = work
    const services = createServices(settings, { ...opened, registry, concurrency }, events)
    const { onError, onModelLeftOut = (id, error) => onError?.(`model ${id}`, error) } = events
    for (const { id, error } of opened.encoders.leftOut) onModelLeftOut(id, error)
    cleanup.add(
      forgetOldChanges(async () => {
        await services.deletions.oldChanges()
        await services.deletions.discarded()
      }, onError),
    )
    if (sharing) keepUpToDate({ ...services, work }, events, cleanup)
    await resumeJobs(services)
    return { ...publicInterface(services), publishUrl: lock.publishUrl, close: cleanup.run }
  } catch (error) {
    await cleanup.run()
    throw error
  }
}

/** What a single machine needs: its data folder, and a queue in memory. */
async function openAlone(settings: LibrarySettings, { onError }: LibraryEvents, cleanup: Cleanup) {
  const opening = openStorage(settings)
  // Closes the storage even if the encoders fail to open first.
  cleanup.add(async () => (await opening.catch(() => undefined))?.close())
  const adapterFolder = createAdapterFolder(join(settings.dataDirectory, 'adapters'))
  const [computing, storage] = await Promise.all([openComputing(settings, cleanup, adapterFolder), opening])
  const queue = createEmbeddedQueue(({ id }, error) => onError?.(id, error))
  cleanup.add(queue.close)
  return { ...storage, ...computing, queue }
}

function publicInterface(services: Services) {
  const { store, imageFiles, imageWorkers, runResults, encodedData, encoders, database } = services
  const { queue, objects } = services
  const { datasets, comparisons, imports, trainings, classifiers, curation } = services
  const { datasetClassifications, classifierJobs } = services
  return {
    ...services,
    databaseKind: database.kind,
    checks: {
      database: database.check,
      encoder: encoders.check,
      ...(queue.isShared && { queue: queue.counts, objects: () => objects.get(pairingFile) }),
    },
    datasets: {
      ...pick(store.datasets, [
        'get',
        'getMany',
        'findByName',
        'page',
        'classes',
        'classesOf',
        'classesAt',
        'classNamed',
        'classesById',
        'counts',
      ]),
      ...pick(store.datasets, ['countsOf', 'images']),
      ...pick(store.datasetImages, ['classCounts', 'firstOfClasses', 'labelled', 'pages']),
      ...datasets,
      unlabelled: pick(store.unlabelledImages, ['page', 'ids', 'among', 'counts']),
      problemsOf: (ids: readonly string[]) => problemsOf(store, ids),
      manifest: (id: string) => manifestOf(services, id),
    },
    curation: {
      ...curation,
      changes: store.recordedChanges.getMany,
      changesOf: store.recordedChanges.latestOf,
    },
    images: {
      ...pick(store.images, ['get', 'getMany']),
      read: (id: string) => imageFiles.read(id),
      thumbnail: async (id: string, side: number) =>
        Buffer.from(await imageWorkers.thumbnail(await imageFiles.read(id), side)),
    },
    supportSets: {
      ...pick(store.supportSets, ['getMany', 'page', 'imagesOf']),
      ...createSupportSets(services),
      file: (id: string) => supportSetFile(services, id),
    },
    runs: {
      ...pick(store.runs, ['getMany', 'page']),
      predictions: (id: string) => runResults.read(id),
      predictionPages: createRunPredictionPages(services),
      code: async (id: string) => (await runResults.provenance(id))?.code ?? null,
    },
    comparisons: {
      ...pick(store.comparisons, ['get', 'getMany', 'page', 'runs', 'supportImagesOf']),
      ...comparisons,
    },
    classifiers: {
      ...pick(store.classifiers, ['getMany', 'page', 'versionsOf', 'versionsById']),
      ...classifiers,
    },
    classifierJobs: { ...pick(store.classifierJobs, ['getMany', 'page']), ...classifierJobs },
    datasetClassifications: {
      ...pick(store.datasetClassifications, ['getMany', 'page', 'partPage']),
      ...datasetClassifications,
    },
    imports: { ...pick(store.imports, ['getMany', 'page']), ...imports },
    trainings: { ...pick(store.trainings, ['getMany', 'page']), ...trainings },
    fingerprintDataset: async (id: string) => {
      // Throws if there is no such dataset.
      await encodedData.classes(id)
      return services.contents.fingerprint(id)
    },
    documentComparison: (id: string) => documentComparison(services, id),
    featureProblems: createFeatureProblems(services),
    suggestions: createSuggestions(services),
    sideBySide: createSideBySide(services),
    imageMaps: createImageMaps(services),
    overlap: createOverlap(services),
    overlapCorrelation: createOverlapCorrelation(services),
    recommend: createRecommendation(services),
    shift: createShiftedDatasets(services),
  }
}

const pick = <T, Name extends keyof T>(object: T, names: readonly Name[]): Pick<T, Name> =>
  Object.fromEntries(names.map((name) => [name, object[name]])) as Pick<T, Name>
