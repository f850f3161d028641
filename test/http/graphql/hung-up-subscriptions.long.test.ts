import type { ExecutionResult } from 'graphql'
import { createClient as createEventStreamClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { makeDataset } from '../../helpers/datasets.js'
import { sharedServer } from '../../helpers/server.js'

const server = await sharedServer('outsiders')
const { library } = server
const dataset = await makeDataset(library, 'Watched by fifty')

const watching = `subscription ($id: ID!) {
  comparison(id: $id) { id status progress rows { shots } runs { id status } }
}`

interface State {
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly rows: readonly { readonly shots: number }[]
  readonly runs: readonly { readonly id: string; readonly status: string }[]
}
type Result = ExecutionResult<{ comparison: State }>

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

interface Operation {
  readonly query: string
  readonly variables?: Record<string, unknown>
}
interface Client {
  iterate(operation: Operation): AsyncIterableIterator<Result>
  dispose(): void | Promise<void>
}

const webSocketUrl = `${server.url.replace('http', 'ws')}/graphql`
const webSocketClient = (): Client =>
  createClient({ url: webSocketUrl, webSocketImpl: WebSocket, retryAttempts: 0 }) as Client
const eventStreamClient = (): Client =>
  createEventStreamClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 }) as unknown as Client

test.each([
  ['WebSocket', webSocketClient],
  ['server-sent events', eventStreamClient],
])('over %s, fifty clients that hang up leave nobody watching', async (_, connect) => {
  const { id } = await compareSlowly(100)
  const clients = Array.from({ length: 50 }, () => connect())
  await Promise.all(
    clients.map(async (client, i) => {
      const results = client.iterate({ query: watching, variables: { id } })
      await results.next()
      // Half of them end the operation, the others are simply gone.
      if (i % 2 === 0) await results.return?.()
      await client.dispose()
    }),
  )
  await vi.waitFor(() => expect(library.changes.watchers(id)).toBe(0), { timeout: 5000 })
  expect((await library.comparisons.cancel(id)).status).toBe('CANCELLED')
})
