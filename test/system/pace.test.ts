import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPace } from '../../src/system/pace.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const lasting = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms))

test('work takes no more than its share of the time', async () => {
  const pace = createPace(0.05)
  const started: number[] = []
  for (let i = 0; i < 3; i++) {
    void pace(() => {
      started.push(performance.now())
      return lasting(100)()
    })
  }
  const from = performance.now()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(started.map((time) => time - from)).toEqual([0, 2000, 4000])
})

test('work that takes long delays the next by no more than its share, up to ten seconds', async () => {
  const pace = createPace(0.05)
  let next = 0
  void pace(lasting(1000))
  void pace(async () => {
    next = performance.now()
  })
  const from = performance.now()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(next - from).toBe(11_000)
  void pace(lasting(3000))
  const then = performance.now()
  void pace(async () => {
    next = performance.now()
  })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(next - then).toBe(13_000)
})

test('work that fails delays the next as well, and does not stop it', async () => {
  const pace = createPace(0.5)
  const failed = pace(() => lasting(100)().then(() => Promise.reject(new Error('no luck'))))
  const caught = expect(failed).rejects.toThrow('no luck')
  const next = pace(async () => performance.now())
  const from = performance.now()
  await vi.advanceTimersByTimeAsync(1000)
  await caught
  expect((await next) - from).toBe(200)
})
