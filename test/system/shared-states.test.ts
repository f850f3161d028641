import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChanges } from '../../src/jobs/changes.js'
import { createSharedStates } from '../../src/system/shared-states.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const last = 1000

/** A counter that many can watch. */
function counter() {
  const changes = createChanges()
  let count = 0
  const read = vi.fn(async (_: string) => ({ count }))
  const left = vi.fn()
  const states = createSharedStates({
    read,
    watch: changes.watch,
    isLast: (state) => state.count >= last,
    minIntervalMs: 500,
    onWatched: () => left,
  })
  const countTo = (value: number): void => {
    count = value
    changes.publish('counter')
  }
  return { states, read, countTo, left, watchers: () => changes.watchers('counter') }
}

function collect(states: AsyncIterable<{ readonly count: number }>) {
  const seen: { readonly count: number }[] = []
  const ended = (async () => {
    for await (const state of states) seen.push(state)
  })()
  return { seen, ended }
}

test('all who watch get the same states, which are read twice a second however many they are', async () => {
  const { states, read, countTo, left, watchers } = counter()
  const all = Array.from({ length: 100 }, () => collect(states.watch('counter')))
  for (let i = 1; i <= last; i++) {
    countTo(i)
    await vi.advanceTimersByTimeAsync(1)
  }
  await vi.advanceTimersByTimeAsync(500)
  await Promise.all(all.map(({ ended }) => ended))
  expect(read.mock.calls.length).toBeLessThanOrEqual(4)
  const [first] = all
  expect(first?.seen.at(-1)).toEqual({ count: last })
  for (const { seen } of all) {
    expect(seen.length).toBe(first?.seen.length)
    for (const [i, state] of seen.entries()) expect(state).toBe(first?.seen[i])
  }
  expect(watchers()).toBe(0)
  expect(left).toHaveBeenCalledTimes(1)
})

test('who comes later gets the current state at once', async () => {
  const { states, read, countTo } = counter()
  const early = states.watch('counter')
  countTo(7)
  const first = (await early.next()).value
  const late = states.watch('counter')
  expect((await late.next()).value).toBe(first)
  expect(read).toHaveBeenCalledTimes(1)
  await Promise.all([early.return?.(), late.return?.()])
})

test('who leaves ends nothing for the others, and the last leaves no watcher', async () => {
  const { states, countTo, left, watchers } = counter()
  const [leaving, staying] = [states.watch('counter'), states.watch('counter')]
  await Promise.all([leaving.next(), staying.next()])
  await leaving.return?.()
  expect(watchers()).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  const next = staying.next()
  countTo(3)
  await vi.advanceTimersByTimeAsync(1000)
  expect((await next).value).toEqual({ count: 3 })
  await staying.return?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(watchers()).toBe(0)
  expect(left).toHaveBeenCalledTimes(1)
})

test('a state that cannot be read is an error for all, and the next who watches reads again', async () => {
  const { states, read, countTo } = counter()
  read.mockRejectedValueOnce(new Error('gone'))
  const [one, other] = [states.watch('counter'), states.watch('counter')]
  const waiting = [one.next(), other.next()]
  await expect(waiting[0]).rejects.toThrow('gone')
  await expect(waiting[1]).rejects.toThrow('gone')
  countTo(2)
  const again = states.watch('counter')
  expect((await again.next()).value).toEqual({ count: 2 })
  await again.return?.()
})
