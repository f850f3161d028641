import { randomUUID } from 'node:crypto'
import type { Cleanup } from '../system/cleanup.js'
import type { LibraryEvents, Services } from './services.js'
import type { SharedWork } from './sharing.js'
import { sweepObjects } from './sweep-objects.js'

type Resumed = Pick<
  Services,
  'comparisons' | 'imports' | 'trainings' | 'datasetClassifications' | 'classifierJobs'
>

/** Queues the jobs of all unfinished records again. One that is queued or running stays as it is. */
export async function resumeJobs({
  comparisons,
  imports,
  trainings,
  datasetClassifications,
  classifierJobs,
}: Resumed): Promise<void> {
  await comparisons.resume()
  await imports.resume()
  await trainings.resume()
  await datasetClassifications.resume()
  await classifierJobs.resume()
}

const msBetweenLooks = 10_000
const msBetweenSweeps = 6 * 3_600_000

/**
 * Keeps a process up to date with others that share its database: queues again what a queue has lost, learns of adapters that
 * others have added or removed, says that a worker is alive, and has objects without rows swept.
 */
export function keepUpToDate(
  services: Resumed &
    Pick<Services, 'encoders' | 'adapterFolder' | 'queue' | 'objects' | 'store' | 'processor'> & {
      readonly work: SharedWork
    },
  { onError }: LibraryEvents,
  cleanup: Cleanup,
): void {
  const { queue, objects, store } = services
  queue.handle('sweep', (_, signal) => sweepObjects(objects, store, signal), 1)
  const worker = { id: randomUUID(), processor: services.processor.name, kinds: services.work.kinds }
  const beat = async () => worker.kinds.length > 0 && store.workers.beat(worker)
  let lastSweep = 0
  // Comparisons that wait for a worker need not wait for its first look.
  let looking = beat()
    .then(() => undefined)
    .catch((error: unknown) => onError?.('looking for work', error))
  async function look(): Promise<void> {
    await beat()
    await resumeJobs(services)
    if (Date.now() - lastSweep > msBetweenSweeps) {
      lastSweep = Date.now()
      // The queue has one sweep at a time, however many processes ask.
      await queue.add({ kind: 'sweep', id: 'objects' })
    }
    for (const encoder of services.encoders.all) {
      await encoder.setAdapters(await services.adapterFolder.read(encoder.id))
    }
  }
  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => onError?.('looking for work', error))
  }, msBetweenLooks)
  timer.unref()
  cleanup.add(async () => {
    clearInterval(timer)
    await looking
    // If this cannot be written, it counts as alive for a minute.
    await store.workers.leave(worker.id).catch(() => undefined)
  })
}
