import { expect, test } from 'vitest'
import { discounted, evenShares } from '../../../src/methods/terms/even-shares.js'
import { type Matrix, matrix } from '../../../src/tensor/matrix.js'

/** Queries that are surely of these classes. */
const assignedTo = (classes: readonly number[], count: number): Matrix => {
  const assigned = matrix(classes.length, count)
  for (const [i, c] of classes.entries()) assigned.data[i * count + c] = 1
  return assigned
}
const keys = Int32Array.of(2, 2, 2, 2)

test('a class that is given more than its share loses some, and one with less gains', () => {
  const [most, even, also, least] = evenShares(assignedTo([0, 0, 0, 1, 1, 2, 2, 3], 4), keys, 0)
  // v = (½² + ½²)/4 = ⅛, so η = 1½.
  expect(most).toBeCloseTo(1.5 * Math.log(2 / 1.5), 6)
  expect([even, also]).toEqual([0, 0])
  expect(least).toBeCloseTo(1.5 * Math.log(1 / 1.5), 6)
})

test('no class loses anything where half of the classes are absent', () => {
  expect([...evenShares(assignedTo([0, 0, 1, 1], 4), keys, 0)].map(Math.abs)).toEqual([0, 0, 0, 0])
})

test('where the shares of uneven classes are known, they are their prior', () => {
  const [first, second, third, fourth] = evenShares(assignedTo([0, 0, 1, 1], 4), keys, 1)
  expect([first, second]).toEqual([-Math.log(2.5 / 1.5), -Math.log(2.5 / 1.5)])
  expect([third, fourth]).toEqual([-Math.log(0.5 / 1.5), -Math.log(0.5 / 1.5)])
})

test('one query alone loses nothing', () => {
  expect([...evenShares(assignedTo([3], 4), keys, 0)].map(Math.abs)).toEqual([0, 0, 0, 0])
})

test('a class without keys does not make the others look uneven', () => {
  const given = evenShares(assignedTo([0, 0, 1, 1, 2, 2], 4), Int32Array.of(1, 1, 1, 0), 0)
  expect([...given.subarray(0, 3)]).toEqual([0, 0, 0])
})

test('every query is discounted alike', () => {
  const result = discounted(matrix(2, 2, Float32Array.of(1, 2, 3, 4)), Float64Array.of(1, -1), 0.5)
  expect([...result.data]).toEqual([0.5, 2.5, 2.5, 4.5])
})
