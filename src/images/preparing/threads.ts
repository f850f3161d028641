import { startWorkerThread, type WorkerThread } from '../../system/worker-thread.js'
import type { Preparation } from './prepare.js'

/** Threads that decode and preprocess images, so that the thread that serves requests stays free. */
export interface PreparingThreads {
  /**
   * Writes an image's preprocessed views to `pixels`, which must lie in shared memory: [rounds, 3, size, size]. The image's
   * bytes are copied. Throws INVALID_IMAGE.
   */
  prepare(preparation: Preparation, pixels: Float32Array): Promise<void>
  /** Waits for pending images, then ends the threads. */
  close(): Promise<void>
}

/**
 * Up to `maxThreads` threads. A new one starts only when all others are busy, and idle ones do not keep the process alive.
 * If a thread dies, its pending images fail and a later image starts another thread. `program` is what threads run.
 */
export function openPreparingThreads(
  maxThreads: number,
  program = new URL('./worker.js', import.meta.url),
): PreparingThreads {
  let threads: readonly WorkerThread[] = []

  /** The least busy thread, or a new one. */
  function chooseThread(): WorkerThread {
    threads = threads.filter((thread) => thread.alive())
    const [leastBusy] = [...threads].sort((a, b) => a.pending() - b.pending())
    if (leastBusy !== undefined && (leastBusy.pending() === 0 || threads.length === maxThreads)) {
      return leastBusy
    }
    // Decoded pixels are freed when the young generation is collected. A small one is collected sooner.
    const started = startWorkerThread(program, 'a thread that prepares images', {
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    threads = [...threads, started]
    return started
  }

  return {
    prepare({ bytes, ...preparation }, pixels) {
      // A copy, since the buffer is moved to the thread and may hold more than these bytes.
      const copy = new Uint8Array(bytes)
      return chooseThread().request({ preparation: { ...preparation, bytes: copy }, pixels }, [copy.buffer])
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}
