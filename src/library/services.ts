import { join } from 'node:path'
import { createAdapters } from '../adapters/adapters.js'
import { createTrainings } from '../adapters/trainings.js'
import { createClassifiers } from '../classifiers/classifiers.js'
import { createPredict } from '../classifiers/predict.js'
import { createComparisons } from '../comparisons/comparisons.js'
import { createContrasts } from '../comparisons/contrasts.js'
import { createMeasuredImages } from '../comparisons/measured-images.js'
import { createRecommendation } from '../comparisons/recommendation.js'
import { createRowStatistics } from '../comparisons/row-statistics.js'
import { createCodeOf } from '../comparisons/run-code.js'
import { createCuration } from '../datasets/curation.js'
import { createDatasetContents } from '../datasets/dataset-contents.js'
import { createDatasets } from '../datasets/datasets.js'
import { createEncodedData, type EncodedData } from '../datasets/encoded-data.js'
import { createFeatureSource, type FeatureEvents } from '../datasets/feature-source.js'
import { createImageIntake } from '../datasets/image-intake.js'
import { createImports } from '../datasets/importing/imports.js'
import { createGenerics } from '../generic/generics.js'
import { createEmbeddedQueue } from '../jobs/embedded-queue.js'
import type { Registry } from '../plugins/registry.js'
import type { Cleanup } from '../system/cleanup.js'
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

/** Creates the services for datasets, comparisons, imports, trainings and so on, with the queues of their jobs. */
export function createServices(
  settings: LibrarySettings,
  { registry, ...opened }: Storage & Computing & { readonly registry: Registry },
  cleanup: Cleanup,
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
  const queue = createEmbeddedQueue(({ id }, error) => onError(id, error))
  cleanup.add(queue.close)
  const intake = createImageIntake(parts)
  const datasets = createDatasets({ ...parts, intake })
  const imports = createImports({
    ...parts,
    intake,
    queue,
    limits: settings,
    createDataset: datasets.create,
  })
  const comparisons = createComparisons({
    ...parts,
    queue,
    atOnce: settings.comparisonsAtOnce,
    job: { ...parts, runLock: createKeyedLock() },
    maxRuns: settings.maxRunsPerComparison,
    maxOpen: settings.maxOpenComparisons,
  })
  const isAddingTo = (id: string) => imports.isAddingTo(id) || datasets.isAddingTo(id)
  return {
    ...parts,
    datasets,
    imports,
    comparisons,
    curation: createCuration({ ...parts, isAddingTo }),
    trainings: createTrainings({
      ...parts,
      queue,
      checkpointDirectory: join(settings.dataDirectory, 'trainings'),
      openRuntime: opened.openTrainingRuntime,
    }),
    adapters: createAdapters(parts),
    contrasts: createContrasts(parts),
    predict: createPredict(parts),
    classifiers: createClassifiers({
      ...parts,
      rowsOf: comparisons.rows,
      recommend: createRecommendation(parts),
    }),
    deletions: createDeletions({ ...parts, intake, isAddingTo, comparisons }),
    jobCounts: queue.counts,
  }
}
