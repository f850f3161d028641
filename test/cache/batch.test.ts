import { describe, expect, test } from 'vitest'
import { buildCache } from '../../src/cache/cache.js'
import type { Batch, Cache } from '../../src/cache/contract.js'
import { clip } from '../../src/spaces/clip.js'
import { whitened } from '../../src/spaces/whitened.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

const kinds = [
  ['equally many keys of each class', [3, 3, 3]],
  ['one key of each class', [1, 1, 1, 1]],
  ['more keys of some classes', [4, 1, 2]],
  ['a class without keys', [2, 0, 3]],
] as const
const at = ({ columns, data }: Matrix, i: number, j: number): number => data[i * columns + j] as number

async function batchesOf(shots: readonly number[]): Promise<{ cache: Cache; batch: Batch }> {
  const { support, queries } = syntheticTask({ shots })
  const cache = await buildCache(support, clip(), kernels)
  const [batch] = [...cache.batches(queries)]
  return { cache, batch: batch as Batch }
}

/** `Σ_{s∈c} value(i, s)`, [n, C]. */
function sumsByClass({ rows, cache }: Batch, value: (i: number, s: number) => number): number[][] {
  return Array.from({ length: rows }, (_, i) => {
    const sums = new Array<number>(cache.classes).fill(0)
    cache.labels.forEach((label, s) => {
      sums[label] = (sums[label] as number) + value(i, s)
    })
    return sums
  })
}

function expectClose(actual: Matrix, expected: readonly (readonly number[])[]): void {
  expect([actual.rows, actual.columns]).toEqual([expected.length, expected[0]?.length])
  expected.flat().forEach((value, i) => {
    expect(actual.data[i]).toBeCloseTo(value, 5)
  })
}

describe.each(kinds)('with %s', (_, shots) => {
  test.each([0, 1, 5.5, 20])('sharpened sums are exp(−β(1 − A))·L at β = %d', async (beta) => {
    const { cache, batch } = await batchesOf(shots)
    const cosine = (i: number, s: number) => {
      let sum = 0
      for (let k = 0; k < cache.keys.columns; k++) sum += at(batch.queries, i, k) * at(cache.keys, s, k)
      return sum
    }
    const expected = sumsByClass(batch, (i, s) => Math.exp(-beta * (1 - cosine(i, s))))
    expectClose(await batch.sharpenedSums(beta), expected)
  })

  test('at β = 0 the sums are the numbers of keys', async () => {
    const { batch } = await batchesOf(shots)
    const sums = await batch.sharpenedSums(0)
    for (let i = 0; i < batch.rows; i++) shots.forEach((count, c) => void expect(at(sums, i, c)).toBe(count))
  })

  test('class sums add up the values of the keys of each class', async () => {
    const { cache, batch } = await batchesOf(shots)
    const values = matrix(
      batch.rows,
      cache.labels.length,
      Float32Array.from({ length: batch.rows * cache.labels.length }, (_value, i) => (i * 7) % 11),
    )
    expectClose(
      batch.classSums(values),
      sumsByClass(batch, (i, s) => at(values, i, s)),
    )
  })
})

describe('a batch', () => {
  test('computes each matrix once', async () => {
    const { support, queries } = syntheticTask({ shots: [2, 2] })
    const cache = await buildCache(support, whitened(), kernels)
    const [batch] = [...cache.batches(queries)] as [Batch]
    expect(await batch.affinities()).toBe(await batch.affinities())
    expect(await batch.spaceQueries()).toBe(await batch.spaceQueries())
    expect(await batch.textSimilarities()).toBe(await batch.textSimilarities())
  })

  test('throws for text similarities if there are no texts', async () => {
    const { support, queries } = syntheticTask({ shots: [2, 2] })
    const cache = await buildCache({ ...support, textClassifier: null }, clip(), kernels)
    const [batch] = [...cache.batches(queries)] as [Batch]
    await expect(batch.textSimilarities()).rejects.toThrow('no text classifier')
  })
})
