import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChanges } from '../../src/jobs/changes.js'
import { throttleToLatest } from '../../src/system/throttle-to-latest.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const last = 1000

/** A counter that can be watched. */
function counter() {
  const changes = createChanges()
  let count = 0
  const states = throttleToLatest({
    read: async () => count,
    watch: (onChange) => changes.watch('counter', onChange),
    isLast: (state) => state >= last,
    minIntervalMs: 100,
  })
  const countTo = (value: number): void => {
    count = value
    changes.publish('counter')
  }
  return { states, countTo, watchers: () => changes.watchers('counter') }
}

/** Collects all states into a list. */
function collect(states: AsyncIterable<number>): { readonly seen: number[]; readonly ended: Promise<void> } {
  const seen: number[] = []
  const ended = (async () => {
    for await (const state of states) seen.push(state)
  })()
  return { seen, ended }
}

test('of a thousand changes within a second at most ten are emitted, the last one always', async () => {
  const { states, countTo, watchers } = counter()
  const { seen, ended } = collect(states)
  for (let i = 1; i <= last; i++) {
    countTo(i)
    await vi.advanceTimersByTimeAsync(1)
  }
  await vi.advanceTimersByTimeAsync(100)
  await ended
  expect(seen.length).toBeGreaterThan(5)
  // The one at the start, and ten in the second after it.
  expect(seen.length).toBeLessThanOrEqual(11)
  expect(seen.at(-1)).toBe(last)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(watchers()).toBe(0)
})

test('the state at the start comes first, without a change', async () => {
  const { states, countTo } = counter()
  countTo(7)
  expect(await states.next()).toEqual({ value: 7, done: false })
  await states.return()
})

test('a last state is emitted once', async () => {
  const { states, countTo, watchers } = counter()
  countTo(last)
  const { seen, ended } = collect(states)
  await ended
  expect(seen).toEqual([last])
  expect(watchers()).toBe(0)
})

test('nothing is emitted without a change', async () => {
  const { states, countTo } = counter()
  const { seen } = collect(states)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen).toEqual([0])
  countTo(1)
  await vi.advanceTimersByTimeAsync(0)
  expect(seen).toEqual([0, 1])
  await states.return()
})

test('a slow consumer misses states in between and gets the latest', async () => {
  const { states, countTo } = counter()
  expect((await states.next()).value).toBe(0)
  for (let i = 1; i <= 50; i++) {
    countTo(i)
    await vi.advanceTimersByTimeAsync(100)
  }
  const next = states.next()
  await vi.advanceTimersByTimeAsync(100)
  expect((await next).value).toBe(50)
  await states.return()
})

test('return while waiting for a change ends the stream at once and leaves no watcher', async () => {
  const { states, watchers } = counter()
  await states.next()
  const waiting = states.next()
  await vi.advanceTimersByTimeAsync(1000)
  expect(watchers()).toBe(1)
  await states.return()
  expect((await waiting).done).toBe(true)
  expect(watchers()).toBe(0)
})

test('a state that cannot be read ends the stream with that error', async () => {
  const changes = createChanges()
  const states = throttleToLatest({
    read: () => Promise.reject(new Error('gone')),
    watch: (onChange) => changes.watch('x', onChange),
    isLast: () => false,
    minIntervalMs: 100,
  })
  await expect(states.next()).rejects.toThrow('gone')
  expect(changes.watchers('x')).toBe(0)
})
