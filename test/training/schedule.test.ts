import { expect, test } from 'vitest'
import { constant, warmUpThenCosine } from '../../src/training/schedule.js'

test('a constant rate is one', () => {
  expect([0, 1, 99].map(constant(0.008))).toEqual([0.008, 0.008, 0.008])
})

test('the rate rises evenly, peaks after the warm-up and falls along a cosine', () => {
  const rate = warmUpThenCosine({ rate: 1, minRate: 0.1, warmUp: 4, steps: 12 })
  expect([0, 1, 2, 3].map(rate)).toEqual([0, 0.25, 0.5, 0.75])
  expect(rate(4)).toBe(1)
  expect(rate(8)).toBeCloseTo((1 + 0.1) / 2, 12)
  expect(rate(12)).toBeCloseTo(0.1, 12)
})
