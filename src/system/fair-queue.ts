import { stopReason, untilStopped, type WorkScope } from './work-scope.js'

/** Work for something busy, in turns between those who want it. */
export interface FairQueue {
  /** Whether work that is added now would have to wait. */
  isBusy(): boolean
  /** Starts work when its turn comes. When the scope's signal aborts, work that waits never starts, and this throws. */
  add<T>(scope: WorkScope | undefined, work: () => Promise<T>): Promise<T>
}

/** Who has turns. */
interface Party {
  /** The milliseconds it has had. One that comes starts with what the least served one had at its last turn. */
  served: number
  running: number
}

interface Connection extends Party {
  readonly waiting: Set<() => Promise<void>>
}

interface Client extends Party {
  readonly connections: Parties<Connection>
}

/**
 * A queue that runs `concurrency` pieces of work at the same time, and `perClient` of one client. The next is of the client that
 * has had the least time, and of its connections the one that has had the least, so that one with much work, or with long work,
 * does not keep the others waiting. Work without a scope shares one turn.
 */
export function createFairQueue(
  concurrency: number,
  { perClient = concurrency }: { readonly perClient?: number } = {},
): FairQueue {
  const clients = createParties((party): Client => ({ ...party, connections: createParties(newConnection) }))
  let running = 0

  function startNext(): void {
    while (running < concurrency) {
      const client = clients.next((each) => each.running < perClient && each.connections.some(isWaiting))
      const connection = client?.connections.next(isWaiting)
      const [start] = connection?.waiting ?? []
      if (!connection || !start) return
      connection.waiting.delete(start)
      void start()
    }
  }

  return {
    isBusy: () => running >= concurrency,
    add: (scope, work) =>
      new Promise((resolve, reject) => {
        const names = { client: scope?.client ?? '', connection: scope?.connection ?? '' }
        const signal = scope?.signal
        if (signal?.aborted) return reject(stopReason(signal))
        const client = clients.get(names.client)
        const connection = client.connections.get(names.connection)

        function count(change: 1 | -1): void {
          running += change
          client.running += change
          connection.running += change
        }
        async function start(): Promise<void> {
          signal?.removeEventListener('abort', leave)
          count(1)
          const started = performance.now()
          const result = work()
          untilStopped(signal, result).then(resolve, reject)
          await result.catch(() => {})
          const took = performance.now() - started
          client.served += took
          connection.served += took
          count(-1)
          forgetIfIdle()
          startNext()
        }
        function forgetIfIdle(): void {
          if (connection.running === 0 && !isWaiting(connection)) client.connections.forget(names.connection)
          if (client.running === 0 && !client.connections.some(() => true)) clients.forget(names.client)
        }
        function leave(): void {
          connection.waiting.delete(start)
          forgetIfIdle()
          if (signal) reject(stopReason(signal))
        }

        connection.waiting.add(start)
        signal?.addEventListener('abort', leave, { once: true })
        startNext()
      }),
  }
}

const newConnection = (party: Party): Connection => ({ ...party, waiting: new Set() })

const isWaiting = ({ waiting }: Connection): boolean => waiting.size > 0

/** Those who take turns, by name. */
interface Parties<P extends Party> {
  /** The party of that name, which is new if it has gone or never came. */
  get(name: string): P
  /** The least served of those that match. */
  next(matches: (party: P) => boolean): P | undefined
  some(matches: (party: P) => boolean): boolean
  forget(name: string): void
}

function createParties<P extends Party>(create: (party: Party) => P): Parties<P> {
  const parties = new Map<string, P>()
  let clock = 0
  return {
    get(name) {
      const party = parties.get(name) ?? create({ served: clock, running: 0 })
      parties.set(name, party)
      return party
    },
    next(matches) {
      let least: P | undefined
      for (const party of parties.values()) {
        if ((least === undefined || party.served < least.served) && matches(party)) least = party
      }
      clock = Math.max(clock, least?.served ?? 0)
      return least
    },
    some(matches) {
      for (const party of parties.values()) if (matches(party)) return true
      return false
    },
    forget(name) {
      parties.delete(name)
    },
  }
}
