import { join } from 'node:path'
import { createSharedAdapterFolder } from '../adapters/shared-adapter-folder.js'
import { createAdapterFolder } from '../encoders/adapters/added-adapters.js'
import type { Cleanup } from '../system/cleanup.js'
import { openComputing } from './open-computing.js'
import type { LibraryEvents } from './services.js'
import type { LibrarySettings } from './settings.js'
import type { SharedWork, Sharing } from './sharing.js'

/** What several machines share, and what each computes with. Loaded on demand: a single machine needs none of the clients. */
export async function openShared(
  settings: LibrarySettings,
  sharing: Sharing,
  work: SharedWork,
  { onError }: LibraryEvents,
  cleanup: Cleanup,
) {
  const { openSharedStorage } = await import('./open-shared-storage.js')
  const { openSharedQueue } = await import('../jobs/shared-queue.js')
  const onFault = (error: unknown) => onError?.('queue', error)
  const storage = await openSharedStorage(settings, sharing, onFault)
  cleanup.add(storage.close)
  const directory = join(settings.dataDirectory, 'adapters')
  const adapterFolder = createSharedAdapterFolder(createAdapterFolder(directory), directory, storage.objects)
  const computing = await openComputing(settings, cleanup, adapterFolder)
  const queue = await openSharedQueue({
    ...{ url: sharing.queueUrl, name: storage.libraryId, kinds: work.kinds, onFault },
    processor: computing.processor.name,
    onError: ({ id }, error) => onError?.(id, error),
  })
  cleanup.add(queue.close)
  return { ...storage, ...computing, queue }
}
