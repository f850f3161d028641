import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { lazily } from '../../src/system/open-on-demand.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function counted(idle: number, failures = 0) {
  const counts = { opened: 0, closed: 0 }
  const lazy = lazily(
    async () => {
      counts.opened += 1
      if (counts.opened <= failures) throw new Error('not yet')
      return counts.opened
    },
    async () => {
      counts.closed += 1
    },
    idle,
  )
  return { counts, lazy }
}

test('concurrent first uses open once', async () => {
  const { counts, lazy } = counted(0)
  const values = await Promise.all([1, 2, 3].map(() => lazy.use(async (value) => value)))
  expect(values).toEqual([1, 1, 1])
  expect(counts).toEqual({ opened: 1, closed: 0 })
})

test('what nobody has used for so long is closed, and opened again by the next use', async () => {
  const { counts, lazy } = counted(1000)
  await lazy.use(async () => undefined)
  await vi.advanceTimersByTimeAsync(900)
  await lazy.use(async () => undefined)
  await vi.advanceTimersByTimeAsync(900)
  expect(counts).toEqual({ opened: 1, closed: 0 })
  await vi.advanceTimersByTimeAsync(200)
  expect(counts).toEqual({ opened: 1, closed: 1 })
  expect(await lazy.use(async (value) => value)).toBe(2)
})

test('what is in use is not closed, however long that takes', async () => {
  const { counts, lazy } = counted(1000)
  await lazy.use(async () => undefined)
  let finish = (): void => {}
  const using = lazy.use(() => new Promise<void>((resolve) => (finish = resolve)))
  await vi.advanceTimersByTimeAsync(5000)
  expect(counts.closed).toBe(0)
  const closing = lazy.close()
  await vi.advanceTimersByTimeAsync(10)
  expect(counts.closed).toBe(0)
  finish()
  await Promise.all([using, closing])
  expect(counts.closed).toBe(1)
})

test('an opening that failed is tried again', async () => {
  const { counts, lazy } = counted(0, 1)
  await expect(lazy.use(async (value) => value)).rejects.toThrow('not yet')
  expect(await lazy.use(async (value) => value)).toBe(2)
  expect(counts.opened).toBe(2)
})

test('with an idle time of 0 nothing is ever closed by itself', async () => {
  const { counts, lazy } = counted(0)
  await lazy.use(async () => undefined)
  await vi.advanceTimersByTimeAsync(1e9)
  expect(counts.closed).toBe(0)
})
