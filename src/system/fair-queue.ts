import { stopReason, untilStopped, type WorkScope } from './work-scope.js'

/** Work for something busy, in turns between those who want it. */
export interface FairQueue {
  /** Whether work that is added now would have to wait. */
  isBusy(): boolean
  /** Starts work when its turn comes. When the scope's signal aborts, work that waits never starts, and this throws. */
  add<T>(scope: WorkScope | undefined, work: () => Promise<T>): Promise<T>
}

interface Client {
  /** The milliseconds it has had. A client that comes starts with what the least served one has. */
  served: number
  running: number
  readonly waiting: Set<() => Promise<void>>
}

/**
 * A queue that runs `concurrency` pieces of work at the same time. The next is of the client that has had the least time,
 * so that one with much work, or with long work, does not keep the others waiting. Work without a scope shares one turn.
 */
export function createFairQueue(concurrency: number): FairQueue {
  const clients = new Map<string, Client>()
  let running = 0
  let clock = 0

  function startNext(): void {
    while (running < concurrency) {
      const [next] = [...clients.values()]
        .filter(({ waiting }) => waiting.size > 0)
        .sort((a, b) => a.served - b.served)
      const [start] = next?.waiting ?? []
      if (!next || !start) return
      clock = Math.max(clock, next.served)
      next.waiting.delete(start)
      void start()
    }
  }

  function clientOf(name: string): Client {
    const known = clients.get(name)
    if (known) return known
    const client: Client = { served: clock, running: 0, waiting: new Set() }
    clients.set(name, client)
    return client
  }

  return {
    isBusy: () => running >= concurrency,
    add: (scope, work) =>
      new Promise((resolve, reject) => {
        const name = scope?.client ?? ''
        const signal = scope?.signal
        if (signal?.aborted) return reject(stopReason(signal))
        const client = clientOf(name)

        async function start(): Promise<void> {
          signal?.removeEventListener('abort', leave)
          running += 1
          client.running += 1
          const started = performance.now()
          const result = work()
          untilStopped(signal, result).then(resolve, reject)
          await result.catch(() => {})
          client.served += performance.now() - started
          running -= 1
          client.running -= 1
          forgetIfIdle()
          startNext()
        }
        function forgetIfIdle(): void {
          if (client.running === 0 && client.waiting.size === 0) clients.delete(name)
        }
        function leave(): void {
          client.waiting.delete(start)
          forgetIfIdle()
          if (signal) reject(stopReason(signal))
        }

        client.waiting.add(start)
        signal?.addEventListener('abort', leave, { once: true })
        startNext()
      }),
  }
}
