import { expect, test } from 'vitest'
import { independentDifference } from '../../src/comparisons/side-by-side.js'
import { seeded } from '../../src/system/random.js'

test('the interval of a difference of independent means covers it about as often as it says', () => {
  const random = seeded('independent-difference')
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const measured = (truth: number, error: number) => {
    const mean = truth + error * normal()
    return { mean, low: mean - 1.96 * error, high: mean + 1.96 * error }
  }
  let covered = 0
  for (let i = 0; i < 4000; i++) {
    const { low, high } = independentDifference(measured(70, 2), measured(64, 5))
    if (low <= 6 && 6 <= high) covered++
  }
  expect(covered / 4000).toBeGreaterThan(0.935)
  expect(covered / 4000).toBeLessThan(0.965)
})
