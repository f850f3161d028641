import { expect, test } from 'vitest'
import { kCentre } from '../../src/evaluation/k-centre.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf, unitRows } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'

const kernels = createKernels(openRuntime())
const random = seeded('k-centre')
const unit = (rows: number): Matrix =>
  unitRows(
    matrix(
      rows,
      6,
      Float32Array.from({ length: 6 * rows }, () => random.next() - 0.5),
    ),
  )
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)

/** Every step looks at all pairs anew. */
function bruteForce(
  candidates: Matrix,
  centres: Matrix,
  weights: readonly number[],
  first: number,
): number[] {
  const taken: number[] = []
  while (taken.length < first) {
    const near = [
      ...Array.from({ length: centres.rows }, (_, c) => rowOf(centres, c)),
      ...taken.map((row) => rowOf(candidates, row)),
    ]
    const scores = weights.map((weight, i) =>
      taken.includes(i)
        ? Number.NEGATIVE_INFINITY
        : weight * Math.min(...near.map((centre) => 1 - cosine(centre, rowOf(candidates, i)))),
    )
    taken.push(scores.indexOf(Math.max(...scores)))
  }
  return taken
}

test('each candidate is the farthest from all centres and those taken before it', async () => {
  const [candidates, centres] = [unit(40), unit(5)]
  const taken = await kCentre({ candidates, centres, first: 12 }, kernels)
  expect(taken.map(({ row }) => row)).toEqual(bruteForce(candidates, centres, Array(40).fill(1), 12))
  for (const [i, { distance }] of taken.entries()) {
    expect(distance).toBeLessThanOrEqual((taken[i - 1]?.distance ?? 2) + 1e-6)
  }
})

test('weights count as much as distances', async () => {
  const [candidates, centres] = [unit(40), unit(5)]
  const weights = Float64Array.from({ length: 40 }, () => random.next())
  const taken = await kCentre({ candidates, centres, weights, first: 12 }, kernels)
  expect(taken.map(({ row }) => row)).toEqual(bruteForce(candidates, centres, [...weights], 12))
})

test('without centres the most central candidate comes first, and all come once', async () => {
  const candidates = unit(9)
  const taken = await kCentre({ candidates, centres: matrix(0, 6), first: 20 }, kernels)
  expect(taken.map(({ row }) => row).sort((a, b) => a - b)).toEqual([...Array(9).keys()])
  const mean = Array.from({ length: 6 }, (_, k) =>
    [...Array(9).keys()].reduce((sum, i) => sum + (rowOf(candidates, i)[k] ?? 0), 0),
  )
  const central = [...Array(9).keys()].map((i) => cosine(Float32Array.from(mean), rowOf(candidates, i)))
  expect(taken[0]).toEqual({ row: central.indexOf(Math.max(...central)), distance: 1 })
})

test('an image that is labelled already is the last to be taken', async () => {
  const candidates = unit(6)
  const centres = gatherRows(candidates, [3])
  const taken = await kCentre({ candidates, centres, first: 6 }, kernels)
  expect(taken.at(-1)?.row).toBe(3)
  expect(taken.at(-1)?.distance).toBeCloseTo(0, 5)
})
