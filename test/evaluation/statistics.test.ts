import { describe, expect, test } from 'vitest'
import { mcnemar, summarise } from '../../src/evaluation/statistics.js'

describe("McNemar's exact test", () => {
  // scipy.stats.binomtest(wins, wins + losses).pvalue
  test.each([
    [5, 0, 0.0625],
    [0, 1, 1],
    [10, 4, 0.1795654296875],
    [7, 7, 1],
    [3, 12, 0.03515625],
    [120, 80, 0.005685155996750306],
    [600, 500, 0.0028195449914364284],
    [1300, 1200, 0.047681865221043444],
    [3000, 2700, 7.457315554470385e-5],
  ])('of %i wins and %i losses is %d', (wins, losses, p) => {
    expect(Math.abs(mcnemar(wins, losses) / p - 1)).toBeLessThan(1e-9)
    expect(mcnemar(losses, wins)).toBe(mcnemar(wins, losses))
  })

  test('is 1 where both are right on the same images', () => {
    expect(mcnemar(0, 0)).toBe(1)
  })
})

describe('a summary over seeds', () => {
  const values = [71.2, 74.5, 69.8, 73.1, 72.4]

  test('has the mean and the standard deviation of a sample', () => {
    // numpy.std(values, ddof=1)
    const { mean, standardDeviation, n } = summarise(values)
    expect(mean).toBeCloseTo(72.2, 10)
    expect(standardDeviation).toBeCloseTo(1.795828499606797, 10)
    expect(n).toBe(5)
  })

  // scipy.stats.bootstrap((values,), numpy.mean, n_resamples=10000, method='percentile', random_state=0)
  test.each([
    ['five values', values, 70.84, 73.56, 0.1],
    ['two values', [10, 20], 10, 20, 0],
    ['thirty values', Array.from({ length: 30 }, (_, i) => i), 11.4, 17.5667, 0.25],
  ])(
    'has the bootstrap interval that SciPy gives, within its chance, for %s',
    (_, given, low, high, within) => {
      const summary = summarise(given)
      expect(Math.abs(summary.low - low)).toBeLessThanOrEqual(within)
      expect(Math.abs(summary.high - high)).toBeLessThanOrEqual(within)
    },
  )

  test('is the same every time', () => {
    expect(summarise(values)).toEqual(summarise(values))
  })

  test('of one value is that value', () => {
    expect(summarise([81.5])).toEqual({ mean: 81.5, standardDeviation: 0, low: 81.5, high: 81.5, n: 1 })
  })

  test('of equal values has no width', () => {
    expect(summarise([3, 3, 3])).toMatchObject({ standardDeviation: 0, low: 3, high: 3 })
  })

  test('of no values is refused', () => {
    expect(() => summarise([])).toThrow(RangeError)
  })
})
