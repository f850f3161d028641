import { describe, expect, test } from 'vitest'
import { headGraph } from '../../../src/classifiers/export/head-graph.js'
import { fitMethod } from '../../../src/evaluation/fit.js'
import { defineMethod, type Method } from '../../../src/methods/contract.js'
import { builtin } from '../../../src/plugins/builtin.js'
import { createRegistry } from '../../../src/plugins/registry.js'
import { defineSpace } from '../../../src/spaces/contract.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { matrix } from '../../../src/tensor/matrix.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { combinationsOf, expectSameHead, tasksIn } from './same-head.js'

const kernels = createKernels(sharedRuntime())
const registry = createRegistry([builtin()])
const tasks = tasksIn(registry)

// Every method in a space of each kind; head-graph.long.test.ts has the others.
const combinations = combinationsOf(registry, ['clip', 'imo', 'shrunk', 'imo+whitened'])

test.each(combinations)('the exported head of %s in %s gives its logits and probabilities', (method, space) =>
  expectSameHead(registry.method(method), registry.space(space), tasks.slice(1, 2)),
)

describe('an export is refused by name', () => {
  const fitted = (method: Method, space = registry.space('clip')) =>
    fitMethod({ method, space, support: tasks[0]?.support ?? expect.fail(), selection: 'NONE', kernels })
  const shared = { name: 'Own', summary: 'Made for a test.', space: null, hyperparameters: {} }
  const zeros = async ({ rows, cache }: { rows: number; cache: { classes: number } }) =>
    matrix(rows, cache.classes)

  test('of a method without a graph', async () => {
    const method = defineMethod({ ...shared, id: 'own', usesTexts: false, score: zeros })
    await expect(headGraph(await fitted(method))).rejects.toMatchObject({
      code: 'EXPORT_NOT_POSSIBLE',
      message: expect.stringContaining('method own'),
    })
  })

  test('of a term without a graph', async () => {
    const term = {
      name: 'flat',
      summary: 'Zero.',
      weight: null,
      shapes: [],
      usesTexts: false,
      usesKeys: false,
    }
    const method = defineMethod({ ...shared, id: 'own', terms: [{ ...term, logits: zeros }] })
    await expect(headGraph(await fitted(method))).rejects.toMatchObject({
      code: 'EXPORT_NOT_POSSIBLE',
      message: expect.stringContaining('method own, in its term flat'),
    })
  })

  test('of a space without a graph', async () => {
    const space = defineSpace({
      ...{ id: 'own', name: 'Own', summary: 'Made for a test.', base: 'clip', trained: false },
      fit: async () => ({ project: async (features) => features }),
    })
    await expect(headGraph(await fitted(registry.method('gda'), space))).rejects.toMatchObject({
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
    await expect(headGraph(await fitted(method))).rejects.toMatchObject({ code: 'EXPORT_NOT_POSSIBLE' })
  })
})
