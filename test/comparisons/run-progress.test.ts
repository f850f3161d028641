import { expect, test, vi } from 'vitest'
import { followRun } from '../../src/comparisons/run-progress.js'

/** Follows a run that is 100 of the work of its comparison. */
function followed(writeEstimate: (milliseconds: number) => Promise<void> = async () => {}) {
  vi.useFakeTimers()
  const written: number[] = []
  const work: number[] = []
  const run = followRun({
    writeProgress: async (share) => void written.push(share),
    writeEstimate,
    comparison: { add: (some) => void work.push(some), settled: async () => {} },
    work: 100,
  })
  const after = (step: () => void) => {
    vi.advanceTimersByTime(1000)
    step()
  }
  return { run, after, written, done: () => work.reduce((sum, some) => sum + some, 0) }
}

test('a run tells how far its search is, and the comparison moves with it', async () => {
  const { run, after, written, done } = followed()
  after(run.onRead)
  after(() => run.onSearched(0.5))
  expect(done()).toBeCloseTo(45)
  // A space with a grid of its own starts the search anew.
  after(() => run.onSearched(0.1))
  after(() => run.onSearched(1))
  await run.end()
  vi.useRealTimers()
  expect(written).toEqual([0.5, 0.725, 0.725, 0.95].map((share) => expect.closeTo(share)))
  expect(done()).toBeCloseTo(100)
})

test('a run that fails before its search counts as done', async () => {
  const { run, done } = followed()
  await run.end()
  vi.useRealTimers()
  expect(done()).toBe(100)
})

test('the end waits for the estimate, and does without one that cannot be written', async () => {
  const told: number[] = []
  const { run } = followed(async (milliseconds) => {
    told.push(milliseconds)
    throw new Error('the disk is full')
  })
  run.onEstimate(222_000)
  await run.end()
  vi.useRealTimers()
  expect(told).toEqual([222_000])
})
