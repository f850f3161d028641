import { LRUCache } from 'lru-cache'

/** Results of asynchronous work by key. Concurrent callers with the same key share one computation. */
export interface PromiseCache<T> {
  /**
   * The cached result, or that of `compute`, which then stays cached. A computation that fails is forgotten, so that the
   * next call computes again. Throws what `compute` throws.
   */
  get(key: string, compute: () => Promise<T>): Promise<T>
}

/** A cache of at most `max` results. The one that was used least recently is evicted first. */
export function createPromiseCache<T>(max: number): PromiseCache<T> {
  const cache = new LRUCache<string, Promise<T>>({ max })
  return {
    get(key, compute) {
      const cached = cache.get(key)
      if (cached) return cached
      // An async function turns what `compute` throws synchronously into a rejection.
      const computing = (async () => compute())()
      cache.set(key, computing)
      computing.catch(() => {
        // The key may have been evicted and computed again meanwhile.
        if (cache.peek(key) === computing) cache.delete(key)
      })
      return computing
    },
  }
}
