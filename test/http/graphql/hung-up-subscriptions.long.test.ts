import { expect, test, vi } from 'vitest'
import { watchedComparisons, watching } from './watched-comparisons.js'

const { library, compareSlowly, webSocketClient, eventStreamClient } =
  await watchedComparisons('Watched by fifty')

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
