import { type ClassifierJobRepository, createClassifierJobRepository } from './classifier-jobs.js'
import { type ClassifierRepository, createClassifierRepository } from './classifiers.js'
import { type ComparisonRepository, createComparisonRepository } from './comparisons.js'
import type { Database, DatabaseClient } from './database.js'
import { withDatabaseErrors } from './database-fault.js'
import { createDatasetChangeRepository, type DatasetChangeRepository } from './dataset-changes.js'
import {
  createDatasetClassificationRepository,
  type DatasetClassificationRepository,
} from './dataset-classifications.js'
import { createDatasetImageRepository, type DatasetImageRepository } from './dataset-images.js'
import { createDatasetRepository, type DatasetRepository } from './datasets.js'
import { createDeletionRepository, type DeletionRepository } from './deletions.js'
import { createFeatureSegmentRepository, type FeatureSegmentRepository } from './feature-segments.js'
import { createFormerPlaceRepository, type FormerPlaceRepository } from './former-places.js'
import { createImageListRepository, type ImageListRepository } from './image-lists.js'
import { createImageRepository, type ImageRepository } from './images.js'
import { createImportRepository, type ImportRepository } from './imports.js'
import { createLabelConflictRepository, type LabelConflictRepository } from './label-conflicts.js'
import { createRecordedChangeRepository, type RecordedChangeRepository } from './recorded-changes.js'
import { createRunRepository, type RunRepository } from './runs.js'
import { createSupportSetRepository, type SupportSetRepository } from './support-sets.js'
import { createTrainingRepository, type TrainingRepository } from './trainings.js'
import { createUnlabelledImageRepository, type UnlabelledImageRepository } from './unlabelled-images.js'
import { createWorkerRepository, type WorkerRepository } from './workers.js'

/** All repositories of one database. They throw DISK_FULL or DATABASE_UNAVAILABLE if the database is at fault. */
export interface Store {
  readonly datasets: DatasetRepository
  readonly datasetChanges: DatasetChangeRepository
  readonly recordedChanges: RecordedChangeRepository
  readonly datasetImages: DatasetImageRepository
  readonly imageLists: ImageListRepository
  readonly formerPlaces: FormerPlaceRepository
  readonly unlabelledImages: UnlabelledImageRepository
  readonly images: ImageRepository
  readonly labelConflicts: LabelConflictRepository
  readonly supportSets: SupportSetRepository
  readonly runs: RunRepository
  readonly comparisons: ComparisonRepository
  readonly imports: ImportRepository
  readonly trainings: TrainingRepository
  readonly classifiers: ClassifierRepository
  readonly classifierJobs: ClassifierJobRepository
  readonly datasetClassifications: DatasetClassificationRepository
  readonly deletions: DeletionRepository
  readonly featureSegments: FeatureSegmentRepository
  readonly workers: WorkerRepository
}

/** `onChange` receives every changed comparison, run, import, training, classification of a dataset and job of a classifier. `kind` is that of the database. */
export const createStore = (
  client: DatabaseClient,
  onChange?: (id: string) => void,
  kind: Database['kind'] = 'sqlite',
): Store => ({
  workers: withDatabaseErrors(createWorkerRepository(client, kind)),
  datasets: withDatabaseErrors(createDatasetRepository(client, kind)),
  datasetChanges: withDatabaseErrors(createDatasetChangeRepository(client, kind)),
  recordedChanges: withDatabaseErrors(createRecordedChangeRepository(client, kind)),
  datasetImages: withDatabaseErrors(createDatasetImageRepository(client, kind)),
  imageLists: withDatabaseErrors(createImageListRepository(client)),
  formerPlaces: withDatabaseErrors(createFormerPlaceRepository(client)),
  unlabelledImages: withDatabaseErrors(createUnlabelledImageRepository(client)),
  images: withDatabaseErrors(createImageRepository(client)),
  labelConflicts: withDatabaseErrors(createLabelConflictRepository(client)),
  supportSets: withDatabaseErrors(createSupportSetRepository(client)),
  runs: withDatabaseErrors(createRunRepository(client, onChange)),
  comparisons: withDatabaseErrors(createComparisonRepository(client, onChange, kind)),
  imports: withDatabaseErrors(createImportRepository(client, onChange)),
  trainings: withDatabaseErrors(createTrainingRepository(client, onChange)),
  classifiers: withDatabaseErrors(createClassifierRepository(client)),
  classifierJobs: withDatabaseErrors(createClassifierJobRepository(client, onChange)),
  datasetClassifications: withDatabaseErrors(createDatasetClassificationRepository(client, onChange)),
  deletions: withDatabaseErrors(createDeletionRepository(client)),
  featureSegments: withDatabaseErrors(createFeatureSegmentRepository(client)),
})
