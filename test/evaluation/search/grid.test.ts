import { describe, expect, test } from 'vitest'
import { combinations, gridOf, valuesAt } from '../../../src/evaluation/search/grid.js'
import { linspace } from '../../../src/methods/contract.js'
import { tipX } from '../../../src/methods/tip-x.js'
import { zeroShot } from '../../../src/methods/zero-shot.js'
import { pointsOf } from '../../reference/brute-force.js'

const method = tipX()

test('a grid is the product of the axes as declared, the first varying slowest', () => {
  const narrowed = { alpha: [0, 1], beta: [2, 3, 4], gamma: [5, 6] }
  const grid = gridOf(method, { narrowed })
  expect(grid.points).toBe(12)
  expect(Array.from({ length: 12 }, (_, point) => valuesAt(grid, point))).toEqual(pointsOf(grid.axes))
})

test("the method's own grids are those of the reference", () => {
  const { axes, points } = gridOf(method, {})
  expect(points).toBe(200 * 20 * 50)
  expect(axes.map(({ name, values }) => [name, values])).toEqual([
    ['alpha', linspace(0, 20, 200)],
    ['beta', linspace(0, 20, 20)],
    ['gamma', linspace(0, 30, 50)],
  ])
})

test('combinations of some axes stand where they start in the whole grid', () => {
  const grid = gridOf(method, { narrowed: { alpha: [0, 1], beta: [2, 3, 4], gamma: [5, 6] } })
  for (const { values, offset } of combinations(grid.axes.filter(({ name }) => name !== 'beta'))) {
    expect(valuesAt(grid, offset)).toEqual({ ...values, beta: 2 })
  }
})

test('a method without hyperparameters has one point', () => {
  expect(gridOf(zeroShot(), {})).toEqual({ axes: [], points: 1 })
})

test('a fixed value wins over a narrowed grid', () => {
  const { axes } = gridOf(method, { fixed: { beta: 1.5 }, narrowed: { beta: [2, 3] } })
  expect(axes[1]).toMatchObject({ name: 'beta', values: [1.5] })
})

describe('a grid is refused', () => {
  test.each([
    ['with a name that the method has not', { fixed: { delta: 1 } }, 'UNKNOWN_HYPERPARAMETER', 'delta'],
    [
      'with a name that every object has',
      { fixed: { constructor: 1 } },
      'UNKNOWN_HYPERPARAMETER',
      'constructor',
    ],
    ['with a narrowed name that it has not', { narrowed: { delta: [1] } }, 'UNKNOWN_HYPERPARAMETER', 'delta'],
    ['with a value above the range', { fixed: { alpha: 20.1 } }, 'HYPERPARAMETER_OUT_OF_RANGE', 'alpha'],
    ['with a value below the range', { fixed: { beta: -1 } }, 'HYPERPARAMETER_OUT_OF_RANGE', 'beta'],
    [
      'with a value that is no number',
      { fixed: { beta: Number.NaN } },
      'HYPERPARAMETER_OUT_OF_RANGE',
      'beta',
    ],
    [
      'with one such value among others',
      { narrowed: { gamma: [1, 31] } },
      'HYPERPARAMETER_OUT_OF_RANGE',
      'gamma',
    ],
    ['with no values at all', { narrowed: { gamma: [] } }, 'EMPTY_LIST', undefined],
    ['with too many points', { narrowed: { gamma: linspace(0, 30, 30_000) } }, 'INVALID_VALUE', undefined],
  ])('%s', (_, narrowing, code, argument) => {
    expect(() => gridOf(method, narrowing)).toThrow(expect.objectContaining({ code, argument }))
  })
})
