import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { sharedRuntime } from '../helpers/shared.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

const random = seeded('kernels')
const randomMatrix = (rows: number, columns: number): Matrix =>
  matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => 2 * random.next() - 1),
  )
const at = ({ columns, data }: Matrix, i: number, j: number): number => data[i * columns + j] as number

/** A matrix by its entries, in double precision. */
function filled(rows: number, columns: number, entry: (i: number, j: number) => number): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)))
}
const sumOver = (n: number, addend: (k: number) => number): number => {
  let sum = 0
  for (let k = 0; k < n; k++) sum += addend(k)
  return sum
}

function expectClose(actual: Matrix, expected: readonly (readonly number[])[], within = 1e-5): void {
  expect([actual.rows, actual.columns]).toEqual([expected.length, expected[0]?.length])
  expected.flat().forEach((value, i) => {
    expect(Math.abs((actual.data[i] as number) - value)).toBeLessThanOrEqual(within)
  })
}

describe('products', () => {
  const a = randomMatrix(7, 33)

  test('dot multiplies rows with rows', async () => {
    const b = randomMatrix(5, 33)
    const expected = filled(7, 5, (i, j) => sumOver(33, (k) => at(a, i, k) * at(b, j, k)))
    expectClose(await kernels.dot(a, b), expected)
  })

  test('multiply multiplies rows with columns', async () => {
    const b = randomMatrix(33, 4)
    const expected = filled(7, 4, (i, j) => sumOver(33, (k) => at(a, i, k) * at(b, k, j)))
    expectClose(await kernels.multiply(a, b), expected)
  })

  test('scatter multiplies columns with columns', async () => {
    const expected = filled(33, 33, (i, j) => sumOver(7, (k) => at(a, k, i) * at(a, k, j)))
    expectClose(await kernels.scatter(a), expected)
  })
})

describe('sharpening', () => {
  const affinities = randomMatrix(6, 12)

  test.each([0, 0.5, 5.5, 20])('sharpen is exp(−β(1 − A)) at β = %d', async (beta) => {
    const expected = filled(6, 12, (i, j) => Math.exp(-beta * (1 - at(affinities, i, j))))
    expectClose(await kernels.sharpen(affinities, beta), expected)
  })

  test.each([1, 2, 3, 4, 6, 12])('sharpenedSums adds up the %i keys of each class', async (shots) => {
    const expected = filled(6, 12 / shots, (i, c) =>
      sumOver(shots, (k) => Math.exp(-3 * (1 - at(affinities, i, c * shots + k)))),
    )
    expectClose(await kernels.sharpenedSums(affinities, 3, shots), expected)
  })

  test('an affinity of −3e38 weighs nothing, and others are left as they are', async () => {
    const leftOut = matrix(1, 2, Float32Array.of(-3e38, 0.5))
    for (const beta of [1e-30, 1, 20]) {
      const { data } = await kernels.sharpen(leftOut, beta)
      expect(data[0]).toBe(0)
      expect(data[1]).toBeCloseTo(Math.exp(-beta * 0.5), 6)
    }
  })
})

describe('logSoftmax', () => {
  const reference = (a: Matrix, temperature: number) =>
    filled(a.rows, a.columns, (i, c) => {
      const scaled = (k: number) => at(a, i, k) / temperature
      return scaled(c) - Math.log(sumOver(a.columns, (k) => Math.exp(scaled(k)))) + Math.log(a.columns)
    })

  test.each([0.5, 1, 0.01])('is the log-ratio to the uniform distribution at τ = %d', async (temperature) => {
    const a = randomMatrix(5, 9)
    expectClose(await kernels.logSoftmax(a, temperature), reference(a, temperature), 1e-5 / temperature)
  })

  test('keeps the digits of differences between nearly uniform distributions', async () => {
    const a = matrix(1, 3, Float32Array.of(0.2500001, 0.25, 0.2499999))
    const { data } = await kernels.logSoftmax(a, 0.5)
    const [expected = []] = reference(a, 0.5)
    for (const [i, j] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const difference = (data[i] as number) - (data[j] as number)
      expect(difference).toBeCloseTo((expected[i] as number) - (expected[j] as number), 13)
    }
  })

  test('of one class is 0', async () => {
    expect((await kernels.logSoftmax(matrix(1, 1, Float32Array.of(7)), 0.5)).data).toEqual(Float32Array.of(0))
  })
})

describe('projections', () => {
  const a = randomMatrix(6, 8)
  const mean = randomMatrix(1, 8).data
  const unit = (rows: number[][]) =>
    rows.map((row) => {
      const length = Math.hypot(...row)
      return row.map((value) => (length > 0 ? value / length : 0))
    })

  test('centre subtracts the mean and makes rows unit', async () => {
    expectClose(
      await kernels.centre(a, mean),
      unit(filled(6, 8, (i, k) => at(a, i, k) - (mean[k] as number))),
    )
  })

  test('project multiplies what is left', async () => {
    const w = randomMatrix(8, 3)
    const expected = filled(6, 3, (i, j) =>
      sumOver(8, (k) => (at(a, i, k) - (mean[k] as number)) * at(w, k, j)),
    )
    expectClose(await kernels.project(a, mean, w), unit(expected))
  })

  test('a row that is the mean becomes zeros', async () => {
    const row = matrix(1, 8, mean)
    expect((await kernels.centre(row, mean)).data).toEqual(new Float32Array(8))
    expect((await kernels.project(row, mean, randomMatrix(8, 3))).data).toEqual(new Float32Array(3))
  })
})

describe('eigh', () => {
  test('gives ascending eigenvalues and orthonormal eigenvectors of a symmetric matrix', async () => {
    const n = 24
    const symmetric = await kernels.scatter(randomMatrix(40, n))
    const { values, vectors } = await kernels.eigh(n, Float64Array.from(symmetric.data))
    const vector = (k: number, i: number) => vectors[i * n + k] as number
    expect([...values]).toEqual([...values].sort((x, y) => x - y))
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < n; i++) {
        const image = sumOver(n, (j) => at(symmetric, i, j) * vector(k, j))
        expect(image).toBeCloseTo((values[k] as number) * vector(k, i), 9)
      }
      for (let l = 0; l <= k; l++) {
        expect(sumOver(n, (i) => vector(k, i) * vector(l, i))).toBeCloseTo(k === l ? 1 : 0, 9)
      }
    }
  })

  test('takes a matrix of lower rank', async () => {
    const { values } = await kernels.eigh(3, Float64Array.of(1, 1, 0, 1, 1, 0, 0, 0, 0))
    expect([...values].map((value) => Number(value.toFixed(9)))).toEqual([0, 0, 2])
  })
})

describe('solveRidge', () => {
  test('solves for a scatter with a ridge, whatever its rank', async () => {
    for (const rows of [3, 40]) {
      const n = 12
      const scatter = await kernels.scatter(randomMatrix(rows, n))
      const b = randomMatrix(n, 5)
      const x = await kernels.solveRidge(scatter, 0.5, b)
      const product = filled(
        n,
        5,
        (i, j) => sumOver(n, (k) => at(scatter, i, k) * at(x, k, j)) + 0.5 * at(x, i, j),
      )
      expectClose(b, product)
    }
  })

  test('refuses a matrix that is not positive definite', async () => {
    const b = randomMatrix(2, 1)
    await expect(kernels.solveRidge(matrix(2, 2, Float32Array.of(0, 1, 1, 0)), 0, b)).rejects.toThrow(
      'not positive definite',
    )
  })
})

describe('empty matrices', () => {
  test.each([
    ['dot without queries', () => kernels.dot(matrix(0, 4), matrix(3, 4)), [0, 3]],
    ['dot without keys', () => kernels.dot(matrix(2, 4), matrix(0, 4)), [2, 0]],
    ['multiply without rows', () => kernels.multiply(matrix(0, 4), matrix(4, 3)), [0, 3]],
    ['scatter without rows', () => kernels.scatter(matrix(0, 4)), [4, 4]],
    ['sharpen without keys', () => kernels.sharpen(matrix(2, 0), 1), [2, 0]],
    ['sharpenedSums without queries', () => kernels.sharpenedSums(matrix(0, 6), 1, 3), [0, 2]],
    ['logSoftmax without rows', () => kernels.logSoftmax(matrix(0, 3), 0.5), [0, 3]],
    ['centre without rows', () => kernels.centre(matrix(0, 4), new Float32Array(4)), [0, 4]],
    ['project without rows', () => kernels.project(matrix(0, 4), new Float32Array(4), matrix(4, 2)), [0, 2]],
  ])('%s', async (_, compute, [rows = 0, columns = 0]) => {
    expect(await compute()).toEqual(matrix(rows, columns))
  })
})

test('a graph is opened once, however often its kernel runs', async () => {
  let opened = 0
  const counting = createKernels({
    ...runtime,
    open: (model) => {
      opened++
      return runtime.open(model)
    },
  })
  const a = randomMatrix(3, 4)
  await Promise.all([
    counting.dot(a, a),
    counting.dot(a, a),
    counting.dot(randomMatrix(9, 2), randomMatrix(1, 2)),
  ])
  expect(opened).toBe(1)
})

test('matrices that do not fit are refused, and the next run is well', async () => {
  await expect(kernels.dot(randomMatrix(2, 3), randomMatrix(2, 4))).rejects.toThrow()
  expect(
    (await kernels.dot(matrix(1, 1, Float32Array.of(2)), matrix(1, 1, Float32Array.of(3)))).data[0],
  ).toBe(6)
})
