import { rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createClassifierFiles } from '../classifiers/classifier-files.js'
import { createRunResults } from '../comparisons/run-results.js'
import { createSegmentedFeatures } from '../datasets/segmented-features.js'
import { openSharedChanges } from '../jobs/shared-changes.js'
import { createArchiveFiles } from '../store/archive-files.js'
import { openDatabase } from '../store/database.js'
import { lockDatabase } from '../store/database-lock.js'
import { createImageObjects } from '../store/image-objects.js'
import { openObjectCache } from '../store/objects/object-cache.js'
import { openS3Objects } from '../store/objects/s3-objects.js'
import { pairBucketWithDatabase } from '../store/pairing.js'
import { createRecoveryMarkers } from '../store/recovery-markers.js'
import { createStore } from '../store/store.js'
import { createCleanup } from '../system/cleanup.js'
import type { Storage } from './open-storage.js'
import type { LibrarySettings } from './settings.js'
import type { Sharing } from './sharing.js'

const bytesPerGigabyte = 1e9

/**
 * Opens the database and the bucket that several machines share. The data folder has only copies. Throws
 * DATABASE_UNAVAILABLE, DATABASE_IN_USE by a single machine, OBJECTS_UNAVAILABLE, or DATABASE_DIFFERS for a database of
 * another bucket.
 */
export async function openSharedStorage(
  settings: LibrarySettings,
  { queueUrl, bucket }: Sharing,
  onFault: (error: unknown) => void,
): Promise<Storage> {
  const folder = (name: string): string => join(settings.dataDirectory, name)
  const cleanup = createCleanup()
  try {
    const lock = await lockDatabase(settings.databaseUrl, 'shared')
    cleanup.add(lock.release)
    const database = await openDatabase(settings.databaseUrl)
    cleanup.add(database.close)
    const objects = await openS3Objects(bucket)
    const libraryId = await pairBucketWithDatabase(objects, bucket.url.replace(/\?.*/, ''), database.client)
    const changes = await openSharedChanges({ url: queueUrl, name: libraryId, onFault })
    cleanup.add(changes.close)
    const store = createStore(database.client, changes.publish, database.kind)
    await rm(folder('copies'), { recursive: true, force: true })
    const featureStore = createSegmentedFeatures({
      objects,
      segments: store.featureSegments,
      processorModel: cpus()[0]?.model.trim() ?? '',
      cache: await openObjectCache(folder('cache'), settings.cacheGigabytes * bytesPerGigabyte),
    })
    cleanup.add(featureStore.close)
    return {
      database: {
        ...database,
        async check() {
          await lock.check()
          await database.check()
        },
      },
      libraryId,
      store,
      changes,
      objects,
      imageFiles: createImageObjects(objects),
      featureStore,
      runResults: createRunResults(objects),
      classifierFiles: createClassifierFiles(objects),
      archiveFiles: createArchiveFiles(objects, { ...settings, copies: folder('copies') }),
      recoveryMarkers: createRecoveryMarkers(folder('unsettled')),
      close: cleanup.run,
    }
  } catch (error) {
    await cleanup.run()
    throw error
  }
}
