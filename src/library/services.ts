import { join } from 'node:path'
import { createAdapters } from '../adapters/adapters.js'
import { createCheckpoints } from '../adapters/checkpoints.js'
import { createTrainings } from '../adapters/trainings.js'
import { createClassifiers } from '../classifiers/classifiers.js'
import { createDatasetClassifications } from '../classifiers/datasets/dataset-classifications.js'
import { createClassifierJobs } from '../classifiers/jobs/classifier-jobs.js'
import { createPredict } from '../classifiers/predict.js'
import { createComparisons } from '../comparisons/comparisons.js'
import { createContrasts } from '../comparisons/contrasts.js'
import { createMeasuredImages } from '../comparisons/measured-images.js'
import { createRecommendation } from '../comparisons/recommendation.js'
import { createRowStatistics } from '../comparisons/row-statistics.js'
import { createCodeOf } from '../comparisons/run-code.js'
import { createSharedComparisons } from '../comparisons/shared-comparisons.js'
import { createCuration } from '../datasets/curation.js'
import { createDatasetContents } from '../datasets/dataset-contents.js'
import { createDatasets } from '../datasets/datasets.js'
import { createEncodedData, type EncodedData } from '../datasets/encoded-data.js'
import { createFeatureSource, type FeatureEvents } from '../datasets/feature-source.js'
import { createImageIntake } from '../datasets/image-intake.js'
import { createImports } from '../datasets/importing/imports.js'
import { createGenerics } from '../generic/generics.js'
import type { JobQueue } from '../jobs/job-queue.js'
import type { Registry } from '../plugins/registry.js'
import { type AllowedBuckets, openAllowedBucket } from '../store/objects/allowed-buckets.js'
import type { BucketCredentials } from '../store/objects/s3-client.js'
import { createKeyedLock } from '../system/keyed-lock.js'
import { createDeletions } from './deletions.js'
import type { Computing } from './open-computing.js'
import type { Storage } from './open-storage.js'
import type { LibrarySettings } from './settings.js'

/** What a library reports while it works. */
export interface LibraryEvents {
  /** A job failed unexpectedly, or waits for the disk or the database. */
  readonly onError?: (job: string, error: unknown) => void
  /** A model cannot be used, and is left out; reported to `onError` by default. */
  readonly onModelLeftOut?: (model: string, error: unknown) => void
  readonly features?: FeatureEvents
}

export type Services = ReturnType<typeof createServices>

interface OpenedQueue {
  readonly registry: Registry
  readonly queue: JobQueue
  /** The number of jobs of a kind that this process takes from a shared queue at the same time. */
  readonly concurrency: number
}

/** How many shared comparisons plan their next step at the same time. */
const plansAtOnce = 4

/** Creates the services for datasets, comparisons, imports, trainings and so on, which handle the jobs of the queue. */
export function createServices(
  settings: LibrarySettings,
  { registry, queue, ...opened }: Storage & Computing & OpenedQueue,
  { onError = () => {}, features }: LibraryEvents,
) {
  const encodedData: EncodedData = createEncodedData({
    ...opened,
    features: createFeatureSource(opened.featureStore, features),
    genericFor: (encoder, dataset) => generics.of(encoder, dataset),
  })
  const generics = createGenerics({ ...opened, encodedData })
  const contents = createDatasetContents(opened.store)
  const parts = {
    ...{
      ...opened,
      registry,
      encodedData,
      contents,
      generics,
      maxMegapixels: settings.maxMegapixels,
      maxSearchSeconds: settings.maxSearchSeconds,
      onFault: onError,
    },
    measuredImages: createMeasuredImages({ ...opened, encodedData }),
    rowStatistics: createRowStatistics(opened.runResults),
    codeOf: createCodeOf(registry),
  }
  const intake = createImageIntake(parts)
  const datasets = createDatasets({ ...parts, intake })
  const imports = createImports({
    ...parts,
    intake,
    queue,
    limits: settings,
    bucketCredentials: bucketCredentials(settings),
    hub: {
      endpoint: settings.hubEndpoint,
      token: settings.hubToken,
      directory: join(settings.dataDirectory, 'hub'),
    },
    createDataset: datasets.create,
  })
  const comparisons = createComparisons({
    ...parts,
    queue,
    atOnce: queue.isShared ? plansAtOnce : settings.comparisonsAtOnce,
    ...(queue.isShared && { perform: createSharedComparisons({ ...parts, queue }) }),
    job: { ...parts, runLock: createKeyedLock() },
    maxRuns: settings.maxRunsPerComparison,
    maxOpen: settings.maxOpenComparisons,
  })
  const classifiers = createClassifiers({
    ...parts,
    rowsOf: comparisons.rows,
    recommend: createRecommendation(parts),
  })
  const isAddingTo = (id: string) => imports.isAddingTo(id) || datasets.isAddingTo(id)
  return {
    ...parts,
    queue,
    datasets,
    imports,
    comparisons,
    curation: createCuration({ ...parts, isAddingTo }),
    trainings: createTrainings({
      ...parts,
      queue,
      checkpoints: createCheckpoints(join(settings.dataDirectory, 'trainings'), opened.objects),
      openRuntime: opened.openTrainingRuntime,
    }),
    adapters: createAdapters(parts),
    contrasts: createContrasts(parts),
    predict: createPredict(parts),
    classifiers,
    classifierJobs: createClassifierJobs({ ...parts, queue, classifiers }),
    datasetClassifications: createDatasetClassifications({
      ...parts,
      queue,
      loadClassifier: classifiers.load,
      classifierId: async (classifier) => (await classifiers.get(classifier)).id,
      openBucket: (url, reading) => openAllowedBucket(url, allowedBuckets(settings), reading),
      maxMegabytes: settings.maxImportedFileMegabytes,
    }),
    deletions: createDeletions({ ...parts, intake, isAddingTo, comparisons }),
    jobCounts: queue.counts,
  }
}

const allowedBuckets = (settings: LibrarySettings): AllowedBuckets => ({
  addresses: settings.readBuckets,
  credentials: bucketCredentials(settings),
})

const bucketCredentials = ({ objectsKeyId, objectsSecret }: LibrarySettings): Partial<BucketCredentials> => ({
  ...(objectsKeyId !== undefined && { accessKeyId: objectsKeyId }),
  ...(objectsSecret !== undefined && { secretAccessKey: objectsSecret }),
})
