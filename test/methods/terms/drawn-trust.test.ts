import { expect, test } from 'vitest'
import { drawnTrust } from '../../../src/methods/terms/drawn-trust.js'
import { type Matrix, matrix } from '../../../src/tensor/matrix.js'

const rows = (...given: readonly (readonly number[])[]): Matrix =>
  matrix(given.length, given[0]?.length ?? 0, Float32Array.from(given.flat()))
const keys = Int32Array.of(1, 1, 1, 1)

test('a class that draws what it had less of before is trusted less, and no class more than usual', () => {
  const assigned = rows([1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0])
  const alone = rows(
    [0.8, 0.2, 0, 0],
    [0.8, 0.2, 0, 0],
    [0, 0.8, 0.2, 0],
    [0.5, 0.1, 0.4, 0],
    [1, 0, 0, 0],
    [0.6, 0.4, 0, 0],
  )
  // h is 0.8, 0.8, 0.4 and 0, their median 0.6; the shares are 8/3, 2/3, 2/3 and 0, far from even.
  const [first, second, third, absent] = drawnTrust(assigned, alone, keys)
  expect([first, absent]).toEqual([1, 0])
  expect(second).toBeCloseTo(0.8, 6)
  expect(third).toBeCloseTo(0.8 * (0.4 / 0.6) ** 2, 6)
})

test('where queries look even over the classes, every class is trusted', () => {
  const assigned = rows([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1])
  const alone = rows([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0.1, 0.9], [0, 0, 0, 1])
  expect([...drawnTrust(assigned, alone, keys)]).toEqual([1, 1, 1, 1])
})

test('a class without keys does not count for what is usual', () => {
  const trusted = drawnTrust(rows([1, 0], [1, 0]), rows([0.5, 0], [0.5, 0]), Int32Array.of(1, 0))
  expect(trusted[0]).toBe(1)
})
