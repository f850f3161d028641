import { describe, expect, test } from 'vitest'
import { mcnemar } from '../../../src/evaluation/statistics/mcnemar.js'

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
