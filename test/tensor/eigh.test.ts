import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/system/random.js'
import { createEigh } from '../../src/tensor/eigh.js'
import { root } from '../helpers/programs.js'

const eigh = createEigh(1)

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
function faultsOf(n: number, a: Float64Array): { residual: number; orthogonality: number } {
  const { values, vectors } = eigh(n, a.slice())
  const column = (k: number) => Float64Array.from({ length: n }, (_, i) => vectors[i * n + k] as number)
  const columns = Array.from({ length: n }, (_, k) => column(k))
  const dot = (x: ArrayLike<number>, y: Float64Array) =>
    y.reduce((sum, value, k) => sum + value * (x[k] as number), 0)
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

const random = seeded('eigh')
type Case = [name: string, n: number, entry: (i: number, j: number) => number, size: number]
const matrices: readonly Case[] = [
  ['one number', 1, () => -3, 3],
  ['two by two', 2, (i, j) => [2, 1, -1][i + j] as number, 3],
  ...[3, 4, 5, 8, 17, 64, 121].map((n): Case => [`random numbers, ${n}`, n, () => random.next() - 0.5, n]),
  ['all zeros', 6, () => 0, 1],
  ['the identity', 6, (i, j) => Number(i === j), 1],
  ['equal entries, one value many times', 30, () => 1, 30],
  ['a diagonal in no order', 5, (i, j) => (i === j ? ([3, -1, 2, 2, 0][i] as number) : 0), 3],
  ['a tridiagonal matrix', 40, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0), 4],
  ['entries of very different sizes', 20, (i, j) => 10 ** -(i + j), 1],
  ['huge numbers', 20, (i, j) => 1e200 * Math.cos(i * j), 20e200],
  ['tiny numbers', 20, (i, j) => 1e-200 * Math.cos(i * j), 20e-200],
]

describe('the eigendecomposition of a symmetric matrix', () => {
  test.each(matrices)('of %s is exact up to rounding', (_, n, entry, size) => {
    const { residual, orthogonality } = faultsOf(n, symmetric(n, entry))
    expect(residual).toBeLessThanOrEqual(1e-14 * size)
    expect(orthogonality).toBeLessThan(1e-13)
  })

  test('has the values that NumPy finds', () => {
    const { matrix, values } = JSON.parse(readFileSync(join(root, 'test/golden/eigh.json'), 'utf8'))
    const found = eigh(values.length, Float64Array.from(matrix.flat()))
    for (const [k, value] of found.values.entries()) expect(value).toBeCloseTo(values[k], 12)
  })

  test('by several threads is the same to the bit, also if the next matrix follows at once', () => {
    const shared = createEigh(3)
    for (const n of [200, 333, 192, 260, 200, 333]) {
      const matrix = symmetric(n, () => random.next() - 0.5)
      expect(shared(n, matrix.slice())).toEqual(eigh(n, matrix.slice()))
    }
  })

  test('of nothing is nothing', () => {
    expect(eigh(0, new Float64Array())).toEqual({ values: new Float64Array(), vectors: new Float64Array() })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('is refused for an entry of %d', (wrong) => {
    expect(() => eigh(2, Float64Array.of(1, wrong, wrong, 1))).toThrow(/an entry that is not finite/)
  })
})
