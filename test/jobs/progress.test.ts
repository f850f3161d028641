import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress } from '../../src/jobs/progress.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Adds the steps of work, one every second. */
async function work(steps: readonly number[], options: { before: number; total: number }) {
  const written: number[] = []
  const progress = createProgress({ ...options, write: async (share) => void written.push(share) })
  for (const step of steps) {
    vi.advanceTimersByTime(1000)
    progress.add(step)
  }
  await progress.settled()
  return written
}

test('progress is the share of the work that is done, at most 1', async () => {
  expect(await work([1, 1, 0, 2, 9], { before: 0, total: 4 })).toEqual([0.25, 0.5, 0.5, 1, 1])
})

test('progress continues from the share that was done before', async () => {
  expect(await work([5, 5], { before: 0.5, total: 10 })).toEqual([0.75, 1])
})

test('progress is 1 if there is no work', async () => {
  expect(await work([0], { before: 0, total: 0 })).toEqual([1])
})

test('writes are throttled and never overlap', async () => {
  const written: number[] = []
  let writing = 0
  const progress = createProgress({
    before: 0,
    total: 1000,
    async write(share) {
      expect(++writing).toBe(1)
      await Promise.resolve()
      written.push(share)
      writing--
    },
  })
  for (let i = 0; i < 1000; i++) {
    vi.advanceTimersByTime(1)
    progress.add(1)
  }
  await progress.settled()
  expect(written.length).toBeLessThanOrEqual(6)
  expect(written).toEqual([...written].sort((a, b) => a - b))
})

test('a failed write stops neither the work nor the next write', async () => {
  const write = vi.fn(async () => {}).mockRejectedValueOnce(new Error('no luck'))
  const progress = createProgress({ before: 0, total: 2, write })
  for (const _ of [1, 2]) {
    vi.advanceTimersByTime(1000)
    progress.add(1)
  }
  await progress.settled()
  expect(write.mock.calls).toEqual([[0.5], [1]])
})
