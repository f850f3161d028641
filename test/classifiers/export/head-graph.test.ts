import { describe, expect, test } from 'vitest'
import { head, headGraph } from '../../../src/classifiers/export/head-graph.js'
import { modelBytes } from '../../../src/classifiers/export/model.js'
import { type FittedMethod, fitMethod, scoreQueries } from '../../../src/evaluation/fit.js'
import { softmax } from '../../../src/evaluation/metrics.js'
import type { SpaceFeatures } from '../../../src/features/space-features.js'
import { defineMethod, type Method } from '../../../src/methods/contract.js'
import { builtin } from '../../../src/plugins/builtin.js'
import { createRegistry } from '../../../src/plugins/registry.js'
import { defineSpace } from '../../../src/spaces/contract.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { type Matrix, matrix, rowOf } from '../../../src/tensor/matrix.js'
import { syntheticTask } from '../../../src/testing/synthetic.js'
import { sharedRuntime } from '../../helpers/shared.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)
const registry = createRegistry([builtin()])
const { methods, spaces } = registry
const bases = [...new Set(spaces.map(({ base }) => base))]

/** Balanced, uneven, one shot, a class of many, and one class alone. */
const tasks = [[4, 4, 4], [3, 1, 5], [1, 1, 1, 1], [2]].map((shots) => syntheticTask({ shots, bases }))

/** What the exported head gives for features that are not unit, as an encoder gives them. */
async function exported(fitted: FittedMethod, queries: SpaceFeatures) {
  const { nodes, initializers, reads } = await headGraph(fitted)
  const { base } = fitted.cache.space
  const features: Record<string, Matrix | undefined> = {
    ...(reads.has('clip') && { [head.features]: queries.clip }),
    ...(reads.has('base') && { [head.adapted]: queries[base] }),
  }
  const bytes = modelBytes({
    inputs: Object.fromEntries(Object.keys(features).map((name) => [name, ['batch', 'd']])),
    outputs: { [head.logits]: ['batch', 'c'], [head.probabilities]: ['batch', 'c'] },
    ...{ nodes, initializers },
  })
  const session = await runtime.open(bytes)
  try {
    const feeds = Object.fromEntries(
      Object.entries(features).map(([name, each]) => {
        const { rows, columns, data } = each ?? matrix(0, 0)
        const scaled = data.map((value, at) => value * (1 + (Math.floor(at / columns) % 3)))
        return [name, { type: 'float32' as const, dims: [rows, columns], data: scaled }]
      }),
    )
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

const combinations = methods.flatMap((method) =>
  method.space === null
    ? [[method.id, 'clip'] as const]
    : spaces
        .filter(({ id }) => !method.spaces || method.spaces.includes(id))
        .map(({ id }) => [method.id, id] as const),
)

test.each(combinations)('the exported head of %s in %s gives its logits and probabilities', async (id, spaceId) => {
  const [method, space] = [registry.method(id), registry.space(spaceId)]
  for (const { support, queries } of tasks) {
    const fitted = await fitMethod({ method, space, support, selection: 'LEAVE_ONE_OUT', kernels })
    const results = await exported(fitted, queries)
    for await (const { scores } of scoreQueries(fitted, queries)) {
      const { logits } = scores
      const largest = Math.max(...logits.data.map(Math.abs), 1)
      expect(results[head.logits]?.dims).toEqual([logits.rows, logits.columns])
      for (const [at, logit] of logits.data.entries()) {
        expect(Math.abs(Number(results[head.logits]?.data[at]) - logit)).toBeLessThan(2e-5 * largest)
      }
      const own = matrix(logits.rows, logits.columns, results[head.probabilities]?.data as Float32Array)
      for (let i = 0; i < logits.rows; i++) {
        const expected = softmax(rowOf(logits, i), fitted.temperature)
        for (const [c, probability] of rowOf(own, i).entries()) {
          expect(probability).toBeCloseTo(expected[c] ?? NaN, 3)
        }
      }
    }
  }
})

describe('an export is refused by name', () => {
  const fit = (method: Method, space = registry.space('clip')) =>
    fitMethod({ method, space, support: tasks[0]?.support ?? expect.fail(), selection: 'NONE', kernels })
  const shared = { name: 'Own', summary: 'Made for a test.', space: null, hyperparameters: {} }
  const zeros = async ({ rows, cache }: { rows: number; cache: { classes: number } }) => matrix(rows, cache.classes)

  test('of a method without a graph', async () => {
    const method = defineMethod({ ...shared, id: 'own', usesTexts: false, score: zeros })
    await expect(headGraph(await fit(method))).rejects.toMatchObject({
      code: 'EXPORT_NOT_POSSIBLE',
      message: expect.stringContaining('method own'),
    })
  })

  test('of a term without a graph', async () => {
    const term = { name: 'flat', summary: 'Zero.', weight: null, shapes: [], usesTexts: false, usesKeys: false }
    const method = defineMethod({ ...shared, id: 'own', terms: [{ ...term, logits: zeros }] })
    await expect(headGraph(await fit(method))).rejects.toMatchObject({
      code: 'EXPORT_NOT_POSSIBLE',
      message: expect.stringContaining('method own, in its term flat'),
    })
  })

  test('of a space without a graph', async () => {
    const space = defineSpace({
      ...{ id: 'own', name: 'Own', summary: 'Made for a test.', base: 'clip', trained: false },
      fit: async () => ({ project: async (features) => features }),
    })
    await expect(headGraph(await fit(registry.method('gda'), space))).rejects.toMatchObject({
      code: 'EXPORT_NOT_POSSIBLE',
      message: expect.stringContaining('space own'),
    })
  })

  test('of a method that decides for all images together', async () => {
    const method = defineMethod({
      ...shared,
      id: 'own',
      usesTexts: false,
      score: zeros,
      transductive: { alone: 'It is zero.' },
    })
    await expect(headGraph(await fit(method))).rejects.toMatchObject({ code: 'EXPORT_NOT_POSSIBLE' })
  })
})
