import { describe, expect, test } from 'vitest'
import { defineSpace, type FittedSpace, type LabelledFeatures } from '../../src/spaces/contract.js'
import { whitened } from '../../src/spaces/whitened.js'
import type { Kernels } from '../../src/tensor/kernels.js'
import { type Matrix, meanRow, rowOf, subtractRow, unitRows } from '../../src/tensor/matrix.js'
import { spaceChecks } from '../../src/testing/index.js'
import { failuresOf } from './failures.js'

const spaceThat = (fitted: (support: LabelledFeatures, kernels: Kernels) => FittedSpace) =>
  defineSpace({
    id: 'outsider',
    name: "An outsider's space",
    summary: 'Made for a test.',
    base: 'clip',
    trained: false,
    fit: async (support, kernels) => fitted(support, kernels),
  })
const projecting = (project: (features: Matrix, support: Matrix) => Matrix) =>
  spaceThat(({ features }) => ({ project: async (queries) => project(queries, features) }))
const centre = (features: Matrix, mean: Float32Array) => unitRows(subtractRow(features, mean))

describe('spaces as they should be', () => {
  const plain = projecting((queries, support) => centre(queries, meanRow(support)))
  for (const { name, run } of spaceChecks(plain)) test(name, run)
  for (const lambda of [0.1, 0.9, 1]) {
    for (const { name, run } of spaceChecks(whitened({ lambda }))) test(`λ = ${lambda}, ${name}`, run)
  }
})

describe('the suite catches a space', () => {
  test('that centres on the batch it is given', async () => {
    const space = projecting((queries) => centre(queries, meanRow(queries)))
    expect(await failuresOf(spaceChecks(space))).toHaveProperty(
      'projects an image alone as it does among others',
    )
  })

  test('that forgets to make features unit', async () => {
    const space = projecting((queries, support) => subtractRow(queries, meanRow(support)))
    expect(await failuresOf(spaceChecks(space))).toHaveProperty(
      'gives every image a unit vector of the same dimensions',
    )
  })

  test('that depends on which support image comes first', async () => {
    const space = projecting((queries, support) => centre(queries, rowOf(support, 0)))
    expect(Object.keys(await failuresOf(spaceChecks(space)))).toEqual([
      'the order of the support images changes no affinity',
    ])
  })

  test('that is not a number where all images are the same', async () => {
    const space = projecting((queries, support) => {
      const residuals = subtractRow(queries, meanRow(support))
      const length = Math.hypot(...subtractRow(support, meanRow(support)).data)
      return unitRows({ ...residuals, data: residuals.data.map((value) => value / length) })
    })
    expect(Object.keys(await failuresOf(spaceChecks(space)))).toEqual(
      expect.arrayContaining([
        'stays finite with a single support image',
        'stays finite if all images are equal',
      ]),
    )
  })

  test('that gives something else every time', async () => {
    const space = projecting((queries) =>
      centre(queries, queries.data.slice(0, queries.columns).map(Math.random)),
    )
    expect(await failuresOf(spaceChecks(space))).toHaveProperty('projects the same twice, bit for bit')
  })
})
