import { expect, test } from 'vitest'
import { meanSquaresOf } from '../../../src/evaluation/statistics/crossed-design.js'
import { testDifference } from '../../../src/evaluation/statistics/difference.js'
import { pooledSetVariance } from '../../../src/evaluation/statistics/pooled-set-variance.js'
import { difference, simulate, stream } from '../../reference/simulated-comparisons.js'

test('the pooled variance is the mean over all pairs of methods of what each pair says', () => {
  const means = [
    [0.5, 0.6, 0.4],
    [0.55, 0.52, 0.61],
    [0.7, 0.72, 0.66],
    [0.3, 0.41, 0.35],
  ]
  const ofPairs: number[] = []
  for (const [i, a] of means.entries()) {
    for (const b of means.slice(i + 1)) {
      const differences = a.map((value, s) => value - (b[s] ?? 0))
      const mean = differences.reduce((sum, each) => sum + each, 0) / 3
      ofPairs.push(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 2)
    }
  }
  const expected = ofPairs.reduce((sum, each) => sum + each, 0) / ofPairs.length
  expect(pooledSetVariance(means)?.variance).toBeCloseTo(expected, 12)
  expect(pooledSetVariance(means)?.degreesOfFreedom).toBe(6)
})

test.each([
  [
    'two methods',
    [
      [1, 2],
      [2, 1],
    ],
  ],
  ['one support set', [[1], [2], [3]]],
])('%s add nothing to what a pair says itself', (_, means) => {
  expect(pooledSetVariance(means)).toBe(null)
})

// The whole simulation is `npm run bench -- --filter coverage`. Without pooling, 43 in 100 of these find a winner.
test('of 18 methods that are equally good, the best is rarely called better, with three support sets', () => {
  const random = stream('verdict test')
  const model = {
    images: 1,
    sets: 0.4,
    sharedImages: 0.8,
    sharedSets: 0.5,
    accuracies: new Array<number>(18).fill(0.6),
  }
  let alarms = 0
  for (let trial = 0; trial < 40; trial++) {
    const all = simulate(model, 3, 100, random)
    const pooled = pooledSetVariance(all.map((each) => [...meanSquaresOf(each).setMeans]))
    const best = all.reduce((a, b) => (meanSquaresOf(b).mean > meanSquaresOf(a).mean ? b : a))
    const pairs = (18 * 17) / 2
    const others = all.filter((each) => each !== best)
    const pValues = others.map(
      (other) => testDifference(difference(best, other), { scale: 1 }, pooled).pValue ?? 1,
    )
    if (pValues.some((p) => pairs * p < 0.05)) alarms++
  }
  expect(alarms).toBeLessThan(10)
})
