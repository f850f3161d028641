import { expect, test } from 'vitest'
import { createSearchClock, type SearchEstimate } from '../../../src/evaluation/search/search-clock.js'

/** A clock of 100 combinations on 10 images, where scoring the images at one of them takes `ms`. */
function timed(ms: number, maxMs?: number) {
  let passed = 0
  const estimates: SearchEstimate[] = []
  const clock = createSearchClock({
    ...{ method: 'slow', shapes: 100, images: 10, work: 1000, now: () => passed },
    ...(maxMs !== undefined && { maxMs }),
    onEstimate: (estimate) => estimates.push(estimate),
  })
  const score = (took = ms) => {
    passed += took
    return clock.add(10)
  }
  return { score, estimates, passed: () => passed }
}

test('a search tells the share that is done', () => {
  const { score } = timed(1)
  expect([score(), score(), score()]).toEqual([0.01, 0.02, 0.03])
})

test('after two seconds, a search tells once how long it takes', () => {
  const { score, estimates, passed } = timed(500)
  for (let i = 0; i < 3; i++) score()
  expect(estimates).toEqual([])
  for (let i = 0; i < 50; i++) score()
  expect(estimates).toEqual([{ shapes: 100, images: 10, milliseconds: 50_000 }])
  expect(passed()).toBeGreaterThan(2000)
})

test('a search that ends sooner tells nothing', () => {
  const { score, estimates } = timed(15)
  for (let i = 0; i < 100; i++) score()
  expect(estimates).toEqual([])
})

test('a search that would take longer than its limit ends after a tenth of it, and says what to do', () => {
  const { score, passed } = timed(500, 30_000)
  const all = () => {
    for (let i = 0; i < 100; i++) score()
  }
  expect(all).toThrow(
    'Searching the hyperparameters of slow (100 combinations of shapes on 10 images) would take about 50 s; the limit is 30 s. ' +
      'Give its hyperparameters, take the search HALVING or the selection NONE, or allow a long search.',
  )
  expect(passed()).toBe(3000)
})

test('what the first images take besides does not count for the others', () => {
  const { score, estimates } = timed(10)
  score(1900)
  for (let i = 0; i < 20; i++) score()
  expect(estimates).toEqual([{ shapes: 100, images: 10, milliseconds: 1900 + 99 * 10 }])
})

test('a search within its limit goes on', () => {
  const { score } = timed(290, 30_000)
  for (let i = 0; i < 99; i++) score()
  expect(score()).toBe(1)
})

test('a search that slows down ends at twice its limit', () => {
  const { score, passed } = timed(100, 20_000)
  for (let i = 0; i < 50; i++) score()
  expect(() => {
    for (let i = 0; i < 49; i++) score(5000)
  }).toThrow(expect.objectContaining({ code: 'SEARCH_TOO_LONG' }))
  expect(passed()).toBe(45_000)
})
