import { join } from 'node:path'
import { createRunResults, type RunResults } from '../comparisons/run-results.js'
import { type FeatureStore, openFeatureStore } from '../features/feature-store.js'
import { type Changes, createChanges } from '../jobs/changes.js'
import { type ArchiveFiles, createArchiveFiles } from '../store/archive-files.js'
import { type Database, openDatabase } from '../store/database.js'
import { createImageFiles, type ImageFiles } from '../store/image-files.js'
import { createRecoveryMarkers, type RecoveryMarkers } from '../store/recovery-markers.js'
import { createStore, type Store } from '../store/store.js'
import type { LibrarySettings } from './settings.js'
import { sweepFiles } from './sweep-files.js'

/** Everything that outlives the process: the database and the files of the data folder. */
export interface Storage {
  readonly database: Database
  readonly store: Store
  /** Announces every change that the store writes. */
  readonly changes: Changes
  readonly imageFiles: ImageFiles
  readonly featureStore: FeatureStore
  readonly runResults: RunResults
  readonly archiveFiles: ArchiveFiles
  readonly recoveryMarkers: RecoveryMarkers
  close(): Promise<void>
}

/** Opens the database and the data folder, and removes files that a killed process left. Throws DATABASE_UNAVAILABLE. */
export async function openStorage(settings: LibrarySettings): Promise<Storage> {
  const folder = (name: string): string => join(settings.dataDirectory, name)
  const database = await openDatabase(settings.databaseUrl)
  const featureStore = openFeatureStore(folder('features'))
  const changes = createChanges()
  const storage: Storage = {
    database,
    store: createStore(database.client, changes.publish),
    changes,
    imageFiles: createImageFiles(folder('images')),
    featureStore,
    runResults: createRunResults(folder('runs')),
    archiveFiles: createArchiveFiles(folder('archives'), settings),
    recoveryMarkers: createRecoveryMarkers(folder('unsettled')),
    async close() {
      await featureStore.close()
      await database.close()
    },
  }
  try {
    await sweepFiles(storage)
    return storage
  } catch (error) {
    await storage.close()
    throw error
  }
}
