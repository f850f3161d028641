import { type ComparisonRepository, createComparisonRepository } from './comparisons.js'
import type { DatabaseClient } from './database.js'
import { createDatasetImageRepository, type DatasetImageRepository } from './dataset-images.js'
import { createDatasetRepository, type DatasetRepository } from './datasets.js'
import { createImageRepository, type ImageRepository } from './images.js'
import { createImportRepository, type ImportRepository } from './imports.js'
import { createRunRepository, type RunRepository } from './runs.js'
import { createSupportSetRepository, type SupportSetRepository } from './support-sets.js'

/** All repositories of one database. */
export interface Store {
  readonly datasets: DatasetRepository
  readonly datasetImages: DatasetImageRepository
  readonly images: ImageRepository
  readonly supportSets: SupportSetRepository
  readonly runs: RunRepository
  readonly comparisons: ComparisonRepository
  readonly imports: ImportRepository
}

/** `onComparisonChange` is told of every comparison that has been changed. */
export const createStore = (client: DatabaseClient, onComparisonChange?: (id: string) => void): Store => ({
  datasets: createDatasetRepository(client),
  datasetImages: createDatasetImageRepository(client),
  images: createImageRepository(client),
  supportSets: createSupportSetRepository(client),
  runs: createRunRepository(client),
  comparisons: createComparisonRepository(client, onComparisonChange),
  imports: createImportRepository(client),
})
