import { Mutex } from 'async-mutex'
import { untilCancelled } from './abort.js'

/**
 * Runs `work` while holding the lock of `key`; callers with the same key run one after another, in the order in which
 * they called. Throws what the work throws, or CANCELLED if the signal aborts while the caller waits for the lock.
 */
export type KeyedLock = <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>

export function createKeyedLock(): KeyedLock {
  /** Only keys whose lock is held. */
  const mutexes = new Map<string, Mutex>()
  return async (key, signal, work) => {
    const mutex = mutexes.get(key) ?? new Mutex()
    mutexes.set(key, mutex)
    const acquiring = mutex.acquire()
    try {
      await untilCancelled(signal, acquiring)
      return await work()
    } finally {
      // A cancelled caller keeps its place in the queue, so it must release the lock when it gets it.
      void acquiring.then((release) => {
        release()
        if (!mutex.isLocked()) mutexes.delete(key)
      })
    }
  }
}
