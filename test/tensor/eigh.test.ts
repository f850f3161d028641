import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/system/random.js'
import { createEigh } from '../../src/tensor/eigh.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { root } from '../helpers/programs.js'

/** `A·B` by its definition. */
async function multiply(m: number, k: number, n: number, a: Float64Array, b: Float64Array) {
  const product = new Float64Array(m * n)
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l] as number
      for (let j = 0; j < n; j++)
        product[i * n + j] = (product[i * n + j] as number) + factor * (b[l * n + j] as number)
    }
  }
  return product
}

const eigh = createEigh(1, multiply)

/** A symmetric matrix with these entries on and below its diagonal. */
function symmetric(n: number, entry: (i: number, j: number) => number): Float64Array {
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      a[i * n + j] = entry(i, j)
      a[j * n + i] = a[i * n + j] as number
    }
  }
  return a
}

/** The greatest entry of |A·V − V·Λ| and of |Vᵀ·V − I|. */
async function faultsOf(n: number, a: Float64Array): Promise<{ residual: number; orthogonality: number }> {
  const { values, vectors } = await eigh(n, a.slice())
  const column = (k: number) => Float64Array.from({ length: n }, (_, i) => vectors[i * n + k] as number)
  const columns = Array.from({ length: n }, (_, k) => column(k))
  const dot = (x: Float64Array, y: Float64Array) => {
    let sum = 0
    for (let k = 0; k < n; k++) sum += (x[k] as number) * (y[k] as number)
    return sum
  }
  let [residual, orthogonality] = [0, 0]
  for (const [k, own] of columns.entries()) {
    for (let i = 0; i < n; i++) {
      const product = dot(a.subarray(i * n, (i + 1) * n), own)
      residual = Math.max(residual, Math.abs(product - (values[k] as number) * (own[i] as number)))
    }
    for (const [l, other] of columns.entries()) {
      orthogonality = Math.max(orthogonality, Math.abs(dot(own, other) - Number(k === l)))
    }
    if (k > 0) expect(values[k] as number).toBeGreaterThanOrEqual(values[k - 1] as number)
  }
  return { residual, orthogonality }
}

/** Whether numbers are the same to the bit. */
const isSame = (a: Float64Array | undefined, b: Float64Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.from(a.buffer).equals(Buffer.from(b.buffer))

const random = seeded('eigh')
type Case = [name: string, n: number, entry: (i: number, j: number) => number, size: number]
const matrices: readonly Case[] = [
  ['one number', 1, () => -3, 3],
  ['two by two', 2, (i, j) => [2, 1, -1][i + j] as number, 3],
  ...[3, 4, 5, 8, 17, 64, 65, 121, 200].map(
    (n): Case => [`random numbers, ${n}`, n, () => random.next() - 0.5, n],
  ),
  ['all zeros', 6, () => 0, 1],
  ['the identity', 6, (i, j) => Number(i === j), 1],
  ['equal entries, one value many times', 30, () => 1, 30],
  ['equal entries of many rows', 200, () => 1, 200],
  ['few values many times', 150, (i, j) => (i === j ? (i * 7) % 13 : 0), 13],
  [
    'parts that hardly touch',
    210,
    (i, j) => (i === j ? Math.abs((i % 21) - 10) : i - j === 1 ? 10 ** -(i % 15) : 0),
    20,
  ],
  [
    'pairs of nearly equal values (Wilkinson)',
    201,
    (i, j) => (i === j ? Math.abs(i - 100) : i - j === 1 ? 1 : 0),
    101,
  ],
  ['similarities of neighbours', 160, (i, j) => -Math.exp(-((i - j) ** 2) / 2000), 160],
  [
    'a matrix of few directions',
    130,
    (i, j) => Math.cos(i) * Math.cos(j) + Math.sin(2 * i) * Math.sin(2 * j),
    260,
  ],
  ['blocks', 128, (i, j) => Number(Math.floor(i / 16) === Math.floor(j / 16)), 16],
  ['a diagonal in no order', 5, (i, j) => (i === j ? ([3, -1, 2, 2, 0][i] as number) : 0), 3],
  ['a tridiagonal matrix', 300, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0), 4],
  ['entries of very different sizes', 20, (i, j) => 10 ** -(i + j), 1],
  ['huge numbers', 130, (i, j) => 1e200 * Math.cos(i * j), 130e200],
  ['tiny numbers', 130, (i, j) => 1e-200 * Math.cos(i * j), 130e-200],
  ['entries of very different sizes, many rows', 150, (i, j) => 10 ** (-(i + j) / 5), 1],
]

describe('the eigendecomposition of a symmetric matrix', () => {
  test.each(matrices)('of %s is exact up to rounding', async (_, n, entry, size) => {
    const { residual, orthogonality } = await faultsOf(n, symmetric(n, entry))
    expect(residual).toBeLessThanOrEqual(1e-14 * size)
    expect(orthogonality).toBeLessThan(1e-13)
  })

  test('has the values that NumPy finds', async () => {
    const { matrix, values } = JSON.parse(readFileSync(join(root, 'test/golden/eigh.json'), 'utf8'))
    const found = await eigh(values.length, Float64Array.from(matrix.flat()))
    for (const [k, value] of found.values.entries()) expect(value).toBeCloseTo(values[k], 12)
  })

  test('by several threads is the same to the bit, also if the next matrix follows at once', async () => {
    const [one, three] = [openRuntime({ threads: 1 }), openRuntime({ threads: 3 })]
    const sizes = [200, 333, 192, 200]
    const matrices = sizes.map((n) => symmetric(n, () => random.next() - 0.5))
    const found = await Promise.all(
      [one, three].map((runtime) =>
        Promise.all(matrices.map((matrix, i) => runtime.eigh(sizes[i] ?? 0, matrix))),
      ),
    )
    for (const [i, matrix] of matrices.entries()) {
      const [alone, shared] = found.map((each) => each[i] ?? expect.fail())
      const { values } = await eigh(sizes[i] ?? 0, matrix)
      expect(isSame(shared?.values, alone?.values) && isSame(shared?.vectors, alone?.vectors)).toBe(true)
      const farthest = Math.max(
        ...values.map((value, k) => Math.abs(value - (alone?.values[k] ?? Number.NaN))),
      )
      expect(farthest).toBeLessThan(1e-11)
    }
    await Promise.all([one.close(), three.close()])
  })

  test('of nothing is nothing', async () => {
    expect(await eigh(0, new Float64Array())).toEqual({
      ...{ values: new Float64Array(), vectors: new Float64Array() },
    })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('is refused for an entry of %d', async (wrong) => {
    await expect(eigh(2, Float64Array.of(1, wrong, wrong, 1))).rejects.toThrow(/an entry that is not finite/)
  })
})
