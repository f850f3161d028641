import { describe, expect, test } from 'vitest'
import {
  gatherRows,
  makeUnit,
  matrix,
  meanRow,
  rowOf,
  sliceRows,
  stackRows,
  subtractRow,
  unitRows,
} from '../../src/tensor/matrix.js'

const of = (rows: number, columns: number, ...values: number[]) =>
  matrix(rows, columns, Float32Array.from(values))
const numbers = of(3, 2, 1, 2, 3, 4, 5, 6)

describe('a matrix', () => {
  test('is of zeros where no values are given', () => {
    expect(matrix(2, 3)).toEqual(of(2, 3, 0, 0, 0, 0, 0, 0))
  })

  test('takes the given values without a copy', () => {
    const data = new Float32Array(6)
    expect(matrix(2, 3, data).data).toBe(data)
  })

  test('refuses values that do not fill it', () => {
    expect(() => matrix(2, 3, new Float32Array(5))).toThrow(
      new RangeError('5 values do not make a 2 × 3 matrix'),
    )
  })
})

describe('rows', () => {
  test('are views', () => {
    const own = of(2, 2, 1, 2, 3, 4)
    rowOf(own, 1)[0] = 9
    rowOf(sliceRows(own, 0, 1), 0)[1] = 8
    expect(own).toEqual(of(2, 2, 1, 8, 9, 4))
  })

  test('are sliced from and up to, not including', () => {
    expect(sliceRows(numbers, 1, 3)).toEqual(of(2, 2, 3, 4, 5, 6))
    expect(sliceRows(numbers, 1, 1)).toEqual(matrix(0, 2))
  })

  test('are gathered in the given order, also twice, and copied', () => {
    const gathered = gatherRows(numbers, [2, 0, 2])
    expect(gathered).toEqual(of(3, 2, 5, 6, 1, 2, 5, 6))
    gathered.data.fill(0)
    expect(numbers.data[0]).toBe(1)
  })

  test('are stacked one part under another', () => {
    expect(stackRows([numbers, matrix(0, 2), of(1, 2, 7, 8)])).toEqual(of(4, 2, 1, 2, 3, 4, 5, 6, 7, 8))
    expect(stackRows([], 4)).toEqual(matrix(0, 4))
  })
})

describe('unit vectors', () => {
  test('have length 1 and the same direction', () => {
    expect(unitRows(of(2, 2, 3, 4, 0, -2)).data).toEqual(Float32Array.of(0.6, 0.8, 0, -1))
  })

  test('of zeros stay zeros', () => {
    expect(unitRows(matrix(1, 3))).toEqual(matrix(1, 3))
  })

  test('are made in place by makeUnit and copied by unitRows', () => {
    const vector = Float32Array.of(0, 5)
    makeUnit(vector)
    expect(vector).toEqual(Float32Array.of(0, 1))
    unitRows(numbers)
    expect(numbers.data[0]).toBe(1)
  })

  test('keep their length where squares of float32 would leave its range', () => {
    for (const scale of [1e30, 1e-30]) {
      const { data } = unitRows(of(1, 2, 3 * scale, 4 * scale))
      expect(data[0]).toBeCloseTo(0.6, 6)
      expect(data[1]).toBeCloseTo(0.8, 6)
    }
  })
})

describe('the mean row', () => {
  test('is the mean of every column', () => {
    expect(meanRow(numbers)).toEqual(Float32Array.of(3, 4))
  })

  test('of no rows is zeros', () => {
    expect(meanRow(matrix(0, 2))).toEqual(Float32Array.of(0, 0))
  })

  test('does not drift over many rows', () => {
    const rows = 100_000
    expect(meanRow(matrix(rows, 1, new Float32Array(rows).fill(0.1)))).toEqual(Float32Array.of(0.1))
  })
})

test('a row is subtracted from every row, copied', () => {
  expect(subtractRow(numbers, Float32Array.of(1, 10))).toEqual(of(3, 2, 0, -8, 2, -6, 4, -4))
  expect(numbers.data[0]).toBe(1)
})
