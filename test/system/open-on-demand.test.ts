import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openOnDemand } from '../../src/system/open-on-demand.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function counted(idle: number, failures = 0) {
  const counts = { opened: 0, closed: 0 }
  const resource = openOnDemand(
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
  return { counts, resource }
}

test('concurrent first uses open once', async () => {
  const { counts, resource } = counted(0)
  const values = await Promise.all([1, 2, 3].map(() => resource.use(async (value) => value)))
  expect(values).toEqual([1, 1, 1])
  expect(counts).toEqual({ opened: 1, closed: 0 })
})

test('an idle resource is closed, and opened again by the next use', async () => {
  const { counts, resource } = counted(1000)
  await resource.use(async () => undefined)
  await vi.advanceTimersByTimeAsync(900)
  await resource.use(async () => undefined)
  await vi.advanceTimersByTimeAsync(900)
  expect(counts).toEqual({ opened: 1, closed: 0 })
  await vi.advanceTimersByTimeAsync(200)
  expect(counts).toEqual({ opened: 1, closed: 1 })
  expect(await resource.use(async (value) => value)).toBe(2)
})

test('a resource in use is not closed, however long the use takes', async () => {
  const { counts, resource } = counted(1000)
  await resource.use(async () => undefined)
  let finish = (): void => {}
  const using = resource.use(() => new Promise<void>((resolve) => (finish = resolve)))
  await vi.advanceTimersByTimeAsync(5000)
  expect(counts.closed).toBe(0)
  const closing = resource.close()
  await vi.advanceTimersByTimeAsync(10)
  expect(counts.closed).toBe(0)
  finish()
  await Promise.all([using, closing])
  expect(counts.closed).toBe(1)
})

test('a failed opening is tried again by the next use', async () => {
  const { counts, resource } = counted(0, 1)
  await expect(resource.use(async (value) => value)).rejects.toThrow('not yet')
  expect(await resource.use(async (value) => value)).toBe(2)
  expect(counts.opened).toBe(2)
})

test('an idle time of 0 keeps the resource open', async () => {
  const { counts, resource } = counted(0)
  await resource.use(async () => undefined)
  await vi.advanceTimersByTimeAsync(1e9)
  expect(counts.closed).toBe(0)
})

test('two calls of close at the same time both return, and close once', async () => {
  const { counts, resource } = counted(0)
  let finish = (): void => {}
  const using = resource.use(() => new Promise<void>((resolve) => (finish = resolve)))
  await vi.advanceTimersByTimeAsync(1)
  const closing = Promise.all([resource.close(), resource.close()])
  finish()
  await Promise.all([using, closing])
  expect(counts).toEqual({ opened: 1, closed: 1 })
})

test('a resource is not closed under a use that starts just before it would be', async () => {
  const { counts, resource } = counted(0)
  const finish: (() => void)[] = []
  const use = () => resource.use(() => new Promise<void>((resolve) => finish.push(resolve)))
  const first = use()
  await vi.advanceTimersByTimeAsync(1)
  const closing = resource.close()
  let second: Promise<void> | undefined
  finish[0]?.()
  queueMicrotask(() => {
    second = use()
  })
  await first
  await vi.advanceTimersByTimeAsync(1)
  expect(counts).toEqual({ opened: 1, closed: 0 })
  finish[1]?.()
  await Promise.all([second, closing])
  expect(counts).toEqual({ opened: 1, closed: 1 })
})
