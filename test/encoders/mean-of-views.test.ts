import { expect, test } from 'vitest'
import { meanOfViews } from '../../src/encoders/mean-of-views.js'
import { matrix } from '../../src/tensor/matrix.js'

test('each view counts by its direction, and each mean has unit length', () => {
  const views = matrix(4, 2, Float32Array.of(5, 0, 0, 2, 0, 3, 0, 1))
  const means = meanOfViews(views, 2)
  expect([means.rows, means.columns]).toEqual([2, 2])
  for (const [i, expected] of [Math.SQRT1_2, Math.SQRT1_2, 0, 1].entries()) {
    expect(means.data[i]).toBeCloseTo(expected, 6)
  }
})

test('with one round each feature is scaled to unit length', () => {
  const { data } = meanOfViews(matrix(2, 2, Float32Array.of(3, 4, 0, 0)), 1)
  expect(data[0]).toBeCloseTo(0.6, 6)
  expect(data[1]).toBeCloseTo(0.8, 6)
  expect([data[2], data[3]]).toEqual([0, 0])
})
