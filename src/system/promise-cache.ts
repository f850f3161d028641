import { LRUCache } from 'lru-cache'
import { createScopeController, currentScope, runInScope, stopReason, untilStopped } from './work-scope.js'

/** Results of asynchronous work by key. Concurrent callers with the same key share one computation. */
export interface PromiseCache<T> {
  /**
   * The cached result, or that of `compute`, which then stays cached. A computation that fails is forgotten, so that the
   * next call computes again. It is stopped when all who wait for it have left. Throws what `compute` throws.
   */
  get(key: string, compute: () => Promise<T>): Promise<T>
}

interface Computation<T> {
  readonly result: Promise<T>
  readonly controller: AbortController
  waiting: number
  settled: boolean
}

/** A cache of at most `max` results. The one that was used least recently is evicted first. */
export function createPromiseCache<T>(max: number): PromiseCache<T> {
  const cache = new LRUCache<string, Computation<T>>({ max })

  function forget(key: string, computation: Computation<T>): void {
    // The key may have been evicted and computed again meanwhile.
    if (cache.peek(key) === computation) cache.delete(key)
  }

  function start(key: string, compute: () => Promise<T>): Computation<T> {
    const controller = createScopeController()
    const own = currentScope()
    // Others may wait for it too, so it does not end with the one who started it.
    const scope = own && { client: own.client, connection: own.connection, signal: controller.signal }
    // An async function turns what `compute` throws synchronously into a rejection.
    const result = runInScope(scope, async () => compute())
    const computation: Computation<T> = { result, controller, waiting: 0, settled: false }
    const settle = () => {
      computation.settled = true
    }
    result.then(settle, () => {
      settle()
      forget(key, computation)
    })
    cache.set(key, computation)
    return computation
  }

  return {
    async get(key, compute) {
      const signal = currentScope()?.signal
      if (signal?.aborted) throw stopReason(signal)
      const computation = cache.get(key) ?? start(key, compute)
      computation.waiting += 1
      try {
        return await untilStopped(signal, computation.result)
      } finally {
        computation.waiting -= 1
        if (computation.waiting === 0 && !computation.settled) {
          forget(key, computation)
          computation.controller.abort()
        }
      }
    },
  }
}
