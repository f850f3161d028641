import { expect, test } from 'vitest'
import { around, moved, whole, zoomed } from '../../../web/src/charts/confusion-window.js'

test('a window of a matrix zooms about a place, moves, and never leaves the matrix', () => {
  const all = whole(200)
  const near = zoomed(all, 4, 200, [0.5, 0.25])
  expect(near).toEqual({ row: 75, column: 37.5, size: 50 })
  // The place stays where it is: row 100 in the middle, column 50 at a quarter.
  expect([near.row + 0.5 * near.size, near.column + 0.25 * near.size]).toEqual([100, 50])
  expect(zoomed(near, 0.01, 200)).toEqual(all)
  expect(zoomed(all, 1e6, 200).size).toBe(6)
  expect(moved(near, -500, 500, 200)).toEqual({ row: 0, column: 150, size: 50 })
  expect(around(199, 0, 24, 200)).toEqual({ row: 176, column: 0, size: 24 })
  expect(around(2, 2, 24, 5)).toEqual(whole(5))
})
