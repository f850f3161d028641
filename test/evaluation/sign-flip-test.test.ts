import { expect, test } from 'vitest'
import { pairedTTest, signFlipTest } from '../../src/evaluation/sign-flip-test.js'
import { mcnemar } from '../../src/evaluation/statistics.js'
import { seeded } from '../../src/system/random.js'

/** Every flip, one after another. */
function bruteForce(differences: readonly number[]): number {
  const sum = Math.abs(differences.reduce((total, value) => total + value, 0))
  let extreme = 0
  for (let flips = 0; flips < 2 ** differences.length; flips++) {
    const flipped = differences.reduce((total, value, i) => total + (flips & (1 << i) ? -value : value), 0)
    if (Math.abs(flipped) >= sum) extreme++
  }
  return extreme / 2 ** differences.length
}

test.each([1, 2, 3, 4, 5, 6])('the p-value is the share of all flips, problem %i', (problem) => {
  const random = seeded('flips', problem)
  const differences = Array.from({ length: 12 }, () => random.integer(7) - 2)
  expect(signFlipTest(differences)).toBeCloseTo(bruteForce(differences), 12)
})

test.each([
  [0, 0],
  [1, 0],
  [9, 4],
  [70, 71],
  [300, 200],
])('with one seed it is McNemar’s exact test: %i wins, %i losses', (wins, losses) => {
  const differences = [...new Array(wins).fill(1), ...new Array(losses).fill(-1), 0, 0, 0]
  expect(signFlipTest(differences)).toBeCloseTo(mcnemar(wins, losses), 12)
})

test('seeds that say the same add no certainty', () => {
  const once = [1, 1, 1, 1, 1, 1, -1]
  const thrice = once.map((difference) => 3 * difference)
  expect(signFlipTest(thrice)).toBe(signFlipTest(once))
  expect(mcnemar(18, 3)).toBeLessThan(signFlipTest(thrice))
})

test('many images are tested by Student’s t, which is near the exact test by then', () => {
  const sample = (count: number) => [...new Array(count + 120).fill(1), ...new Array(count).fill(-1)]
  const [exact, approximate] = [signFlipTest(sample(1930)), pairedTTest(sample(1930))]
  expect(approximate / exact).toBeGreaterThan(0.9)
  expect(approximate / exact).toBeLessThan(1.1)
  expect(signFlipTest(sample(3000))).toBe(pairedTTest(sample(3000)))
})

test('the paired t-test is SciPy’s', () => {
  // scipy.stats.ttest_1samp([1.2, 0.4, 0.9, -0.1], 0).pvalue
  expect(pairedTTest([1.2, 0.4, 0.9, -0.1])).toBeCloseTo(0.12661791407914066, 12)
  expect(pairedTTest([2])).toBe(1)
  expect(pairedTTest([0, 0])).toBe(1)
  expect(pairedTTest([1, 1, 1])).toBe(0)
})
