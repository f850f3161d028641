import { expect, test } from 'vitest'
import { nearestQueries } from '../../../src/methods/terms/nearest-queries.js'
import { seeded } from '../../../src/system/random.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { gatherRows, type Matrix, matrix, unitRows } from '../../../src/tensor/matrix.js'
import { sharedRuntime } from '../../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const random = seeded('nearest queries')
const rows = (count: number) =>
  unitRows(
    matrix(
      count,
      5,
      Float32Array.from({ length: 5 * count }, () => random.next() - 0.5),
    ),
  )

/** The greatest similarities of each image at `which`, by sorting all. */
async function bySorting(images: Matrix, queries: Matrix, which: readonly number[]) {
  const { data } = await kernels.dot(gatherRows(images, which), queries)
  return which.flatMap((i, row) =>
    [...data.subarray(row * queries.rows, (row + 1) * queries.rows)]
      .filter((_, j) => images !== queries || j !== i)
      .sort((a, b) => b - a)
      .slice(0, 3),
  )
}

test('the nearest queries are those that sorting gives, of images that are queries too all but themselves', async () => {
  const [queries, keys] = [rows(2100), rows(40)]
  for (const images of [queries, keys]) {
    const { positions, similarities, count } = await nearestQueries(images, queries, 3, kernels)
    expect([count, similarities.length]).toEqual([3, 3 * images.rows])
    // Some of every block of rows. Products of blocks differ in the last digit, so equal neighbours may change places.
    const which = [...Array(images.rows).keys()].filter((i) => i % 39 === 0)
    const expected = await bySorting(images, queries, which)
    const found = which.flatMap((i) => [...similarities.subarray(3 * i, 3 * i + 3)])
    const gaps = expected.map((value, at) => Math.abs(value - (found[at] ?? Number.NaN)))
    expect(Math.max(...gaps)).toBeLessThan(1e-6)
    const selves = [...positions].filter((j, at) => images === queries && j === Math.floor(at / 3))
    expect(selves).toEqual([])
  }
})

test('with fewer queries than wanted, all are near; a query alone has none', async () => {
  const queries = rows(3)
  expect((await nearestQueries(queries, queries, 5, kernels)).count).toBe(2)
  const alone = rows(1)
  expect((await nearestQueries(alone, alone, 5, kernels)).positions).toHaveLength(0)
})
