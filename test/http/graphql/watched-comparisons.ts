import type { ExecutionResult } from 'graphql'
import { createClient as createEventStreamClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { once } from '../../../src/system/once.js'
import { makeDataset } from '../../helpers/datasets.js'
import { sharedServer } from '../../helpers/server.js'

/** A comparison as `watching` asks for it. */
export interface State {
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly rows: { readonly nodes: readonly { readonly shots: number }[] }
  readonly runs: { readonly nodes: readonly { readonly id: string; readonly status: string }[] }
}
export type Result = ExecutionResult<{ comparison: State }>

export interface Operation {
  readonly query: string
  readonly variables?: Record<string, unknown>
}
export interface Client {
  iterate(operation: Operation): AsyncIterableIterator<Result>
  dispose(): void | Promise<void>
}

export const watching = `subscription ($id: ID!) {
  comparison(id: $id) { id status progress rows { nodes { shots } } runs { nodes { id status } } }
}`

/** What tests of subscriptions watch, on the shared server, with clients for both protocols. `name` is that of a new dataset. */
export async function watchedComparisons(name: string) {
  const server = await sharedServer('outsiders')
  const { library } = server
  const dataset = await makeDataset(library, name)
  const webSocketUrl = `${server.url.replace('http', 'ws')}/graphql`
  let seed = 0
  /** A comparison of so many runs, none of them made before, each of which takes about a quarter of a second. */
  const compareSlowly = (runs: number) =>
    library.comparisons.compare({
      dataset: dataset.id,
      shots: [1],
      seeds: Array.from({ length: runs }, () => ++seed),
      methods: [{ method: 'slow' }],
      selection: 'NONE',
      klScaling: 'FROZEN',
      augmentations: 1,
    })
  return {
    server,
    library,
    webSocketUrl,
    compareSlowly,
    /** A comparison that has ended; the same at every call. */
    ended: once(async () => {
      const { id } = await compareSlowly(1)
      await library.comparisons.ended(id)
      return id
    }),
    webSocketClient: (): Client =>
      createClient({ url: webSocketUrl, webSocketImpl: WebSocket, retryAttempts: 0 }) as Client,
    eventStreamClient: (): Client =>
      createEventStreamClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 }) as unknown as Client,
  }
}

/** Everything that a client is told, to the end. */
export async function allResults(client: Client, operation: Operation): Promise<Result[]> {
  const results: Result[] = []
  for await (const result of client.iterate(operation)) results.push(result)
  await client.dispose()
  return results
}
