import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { limitWork } from '../../../src/images/workers/limit-work.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** The milliseconds after which a process that has `share` of the processor is told, up to 20 s; undefined if it is not. */
async function toldAfter(share: number | undefined, stopAt = Number.POSITIVE_INFINITY) {
  const started = Date.now()
  let told: number | undefined
  const stop = limitWork(
    1,
    1000,
    () => {
      told = Date.now() - started
    },
    () => (share === undefined ? undefined : (Date.now() - started) * share),
  )
  for (let ms = 0; ms < 20_000; ms += 500) {
    if (ms >= stopAt) stop()
    await vi.advanceTimersByTimeAsync(500)
  }
  stop()
  return told
}

test.each([
  ['that works all the time', 1, 1000],
  ['that works in two threads', 2, 1000],
  ['that others keep from the processor half of the time', 0.5, 2000],
  ['that others keep from it for most of the time, at last', 0.02, 10_000],
  ['that does nothing', 0, 1000],
  ['of which the system tells nothing', undefined, 1000],
])('the limit of a process %s', async (_, share, ms) => {
  expect(await toldAfter(share)).toBe(ms)
})

test('nothing is told after it was stopped', async () => {
  expect(await toldAfter(0.5, 1500)).toBeUndefined()
})
