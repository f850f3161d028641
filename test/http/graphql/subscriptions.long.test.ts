import { describe, expect, test, vi } from 'vitest'
import { allResults, type State, watchedComparisons, watching } from './watched-comparisons.js'

const { library, compareSlowly, webSocketClient, eventStreamClient } =
  await watchedComparisons('Watched by several')

describe.each([
  ['WebSocket', webSocketClient],
  ['server-sent events', eventStreamClient],
])('over %s', (_, connect) => {
  test('several comparisons are followed at once, each to its end', async () => {
    const [first, second] = [await compareSlowly(1), await compareSlowly(1)]
    const query = 'subscription ($ids: [ID!]!) { comparisons(ids: $ids) { id status progress } }'
    const ids = [first.id, second.id, first.id]
    const results = await allResults(connect(), { query, variables: { ids } })
    const states = results.map(({ data, errors }) => {
      expect(errors).toBeUndefined()
      return (data as unknown as { comparisons: Pick<State, 'id' | 'status' | 'progress'> }).comparisons
    })
    for (const { id } of [first, second]) {
      const own = states.filter((state) => state.id === id)
      expect(own.at(-1)).toEqual({ id, status: 'SUCCEEDED', progress: 1 })
      const progress = own.map((state) => state.progress)
      expect(progress).toEqual([...progress].sort((a, b) => a - b))
    }
    expect(new Set(states.map(({ id }) => id)).size).toBe(2)
  })

  test('without ids, all comparisons that wait or run are followed, and those that are asked for meanwhile', async () => {
    const [first, second] = [await compareSlowly(2), await compareSlowly(1)]
    const client = connect()
    const ends = new Map<string, number>()
    let third = ''
    for await (const result of client.iterate({
      query: 'subscription { comparisons { id status progress } }',
    })) {
      expect(result.errors).toBeUndefined()
      const { comparisons } = result.data as unknown as {
        comparisons: Pick<State, 'id' | 'status' | 'progress'>
      }
      if (third === '') third = (await compareSlowly(1)).id
      if (comparisons.status === 'SUCCEEDED') ends.set(comparisons.id, (ends.get(comparisons.id) ?? 0) + 1)
      if ([first.id, second.id, third].every((id) => ends.has(id))) break
    }
    await client.dispose()
    // Each is told to its end, and its end once.
    for (const id of [first.id, second.id, third]) expect(ends.get(id)).toBe(1)
  })

  test('a state is computed once for all who watch it with the same fields', async () => {
    const { id } = await compareSlowly(4)
    const rows = vi.spyOn(library.comparisons, 'rows')
    const reads = vi.spyOn(library.store.comparisons, 'runsOf')
    const started = performance.now()
    const all10 = await Promise.all(
      Array.from({ length: 10 }, () => allResults(connect(), { query: watching, variables: { id } })),
    )
    // Twice a second, and one at the start and at the end, with room for viewers who come when the others have left.
    const maxStates = (performance.now() - started) / 500 + 4
    for (const results of all10) expect(results.at(-1)?.data?.comparison.status).toBe('SUCCEEDED')
    expect(rows.mock.calls.length).toBeLessThanOrEqual(maxStates)
    // All runs are read when the first begins to watch; after that, only what has changed.
    expect(reads.mock.calls.filter(([ids]) => ids.includes(id)).length).toBeLessThan(10)
    rows.mockRestore()
    reads.mockRestore()
  })
})
