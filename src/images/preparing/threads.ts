import { startThread, type Thread } from '../../system/worker-thread.js'
import type { Preparation } from './prepare.js'

/** Threads that prepare images, so that the one that serves requests does not. */
export interface PreparingThreads {
  /**
   * Writes an image's views to `pixels`, which lie in shared memory: [rounds, 3, size, size]. Throws INVALID_IMAGE.
   */
  prepare(preparation: Preparation, pixels: Float32Array): Promise<void>
  /** Ends the threads when they have done what they were asked. */
  close(): Promise<void>
}

/**
 * Up to `most` threads, each started when all others are busy. They keep no process alive while they are idle; one that
 * dies takes with it what it was at, and another takes its place. `program` is what each of them runs.
 */
export function openPreparingThreads(
  most: number,
  program = new URL('./worker.js', import.meta.url),
): PreparingThreads {
  let threads: readonly Thread[] = []

  /** The thread with least to do, or a new one. */
  function choose(): Thread {
    threads = threads.filter((thread) => thread.alive())
    const [least] = [...threads].sort((a, b) => a.pending() - b.pending())
    if (least !== undefined && (least.pending() === 0 || threads.length === most)) return least
    // Pixels are freed with the young objects that stand for them: the fewer of those fit, the sooner.
    const another = startThread(program, 'a thread that prepares images', {
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    threads = [...threads, another]
    return another
  }

  return {
    prepare({ bytes, ...preparation }, pixels) {
      // A copy of our own, and of these bytes alone: they may be part of something larger.
      const copy = new Uint8Array(bytes)
      return choose().ask({ preparation: { ...preparation, bytes: copy }, pixels }, [copy.buffer])
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}
