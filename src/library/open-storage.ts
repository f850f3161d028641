import { join } from 'node:path'
import { type ClassifierFiles, createClassifierFiles } from '../classifiers/classifier-files.js'
import { createRunResults, type RunResults } from '../comparisons/run-results.js'
import { type FeatureStore, openFeatureStore } from '../features/feature-store.js'
import { type Changes, createChanges } from '../jobs/changes.js'
import { type ArchiveFiles, createArchiveFiles } from '../store/archive-files.js'
import { type Database, openDatabase } from '../store/database.js'
import { type DatabaseLock, lockDatabase } from '../store/database-lock.js'
import { createImageFiles, type ImageFiles } from '../store/image-files.js'
import { withKeptClassifiers } from '../store/kept-classifiers.js'
import { createFolderObjects } from '../store/objects/folder-objects.js'
import type { ObjectStore } from '../store/objects/object-store.js'
import { pairWithDatabase } from '../store/pairing.js'
import { createRecoveryMarkers, type RecoveryMarkers } from '../store/recovery-markers.js'
import { createStore, type Store } from '../store/store.js'
import { createTrash } from '../store/trash.js'
import type { LibrarySettings } from './settings.js'
import { sweepFiles } from './sweep-files.js'

/** Everything that outlives the process: the database and the files of the data folder. */
export interface Storage {
  readonly database: Database
  /** The id that the database and its files hold. */
  readonly libraryId: string
  readonly store: Store
  /** Announces every change that the store writes. */
  readonly changes: Changes
  readonly objects: ObjectStore
  readonly imageFiles: ImageFiles
  readonly featureStore: FeatureStore
  readonly runResults: RunResults
  readonly classifierFiles: ClassifierFiles
  readonly archiveFiles: ArchiveFiles
  readonly recoveryMarkers: RecoveryMarkers
  close(): Promise<void>
}

/**
 * Opens the database and the data folder, and clears away files that a killed process left. The caller holds the data folder's
 * lock. Throws DATABASE_UNAVAILABLE, DATABASE_IN_USE, or DATABASE_DIFFERS for a database of another data folder.
 */
export async function openStorage(settings: LibrarySettings): Promise<Storage> {
  const lock = await lockDatabase(settings.databaseUrl)
  try {
    return await openLocked(settings, lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** How many images are looked up when a data folder and a database meet. */
const imagesLookedUp = 1000

async function openLocked(settings: LibrarySettings, lock: DatabaseLock): Promise<Storage> {
  const folder = (name: string): string => join(settings.dataDirectory, name)
  const opened = await openDatabase(settings.databaseUrl)
  const database: Database = {
    ...opened,
    async check() {
      await lock.check()
      await opened.check()
    },
    async close() {
      await opened.close()
      await lock.release()
    },
  }
  const featureStore = openFeatureStore(folder('features'))
  const objects = createFolderObjects(settings.dataDirectory)
  const changes = createChanges()
  const store = createStore(database.client, changes.publish, database.kind)
  const storage: Omit<Storage, 'libraryId'> = {
    database,
    store: { ...store, classifiers: withKeptClassifiers(store.classifiers) },
    changes,
    objects,
    imageFiles: createImageFiles(settings.dataDirectory),
    featureStore,
    runResults: createRunResults(objects),
    classifierFiles: createClassifierFiles(objects),
    archiveFiles: createArchiveFiles(objects, { ...settings, copies: folder('copies') }),
    recoveryMarkers: createRecoveryMarkers(folder('unsettled')),
    async close() {
      await featureStore.close()
      await database.close()
    },
  }
  try {
    const { store, imageFiles } = storage
    const libraryId = await pairWithDatabase(settings.dataDirectory, database.client, async () => {
      const ids = await imageFiles.some(imagesLookedUp)
      return (await store.images.known(ids)).length > 0 ? [] : ids
    })
    await sweepFiles({
      ...storage,
      dataDirectory: settings.dataDirectory,
      trash: createTrash(settings.dataDirectory),
    })
    return { ...storage, libraryId }
  } catch (error) {
    await featureStore.close()
    await opened.close()
    throw error
  }
}
