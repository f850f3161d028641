import { expect, test } from 'vitest'
import { axisNumber, roomFor } from '../../../web/src/charts/axis.js'

test('an axis of equal values has room around them, and stays within 0 and 100', () => {
  expect(roomFor(100, 100)).toEqual([98, 100])
  expect(roomFor(0, 0)).toEqual([0, 1])
  expect(roomFor(50, 50)).toEqual([49, 51])
  expect(roomFor(20, 80)).toEqual([20, 80])
  expect(roomFor(-3, 5)).toEqual([-3, 5])
})

test('numbers on an axis have no digits that say nothing', () => {
  expect([100, 100.00000001, 62.5, -0.25].map(axisNumber)).toEqual(['100', '100', '62.5', '−0.25'])
})
