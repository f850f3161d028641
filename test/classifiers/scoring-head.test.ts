import { expect, test } from 'vitest'
import { createScoringHead } from '../../src/classifiers/scoring-head.js'
import { fitMethod } from '../../src/evaluation/fit.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix } from '../../src/tensor/matrix.js'
import { sharedRuntime } from '../helpers/shared.js'
import { combinationsOf, tasksIn } from './export/same-head.js'
import { expectSameScores } from './same-scores.js'

const kernels = createKernels(sharedRuntime())
const registry = createRegistry([builtin()])
const tasks = tasksIn(registry)

// Every method in a space of each kind; scoring-head.long.test.ts has the others.
const combinations = combinationsOf(registry, ['clip', 'imo', 'shrunk', 'imo+whitened'])

test.each(combinations)('%s in %s scores as one graph as it does step by step', (method, space) =>
  expectSameScores(registry.method(method), registry.space(space), tasks.slice(1, 2)),
)

test('a plugin is scored by its code, also if it describes a graph', async () => {
  const support = tasks[0]?.support ?? expect.fail()
  const own = {
    ...registry.method('prototype'),
    id: 'own',
    origin: { plugin: 'own', package: null, version: '1.0.0', code: '' },
  }
  const space = registry.space('clip')
  const fitted = await fitMethod({ method: own, space, support, selection: 'NONE', kernels })
  expect(await createScoringHead(fitted)).toBeNull()
})

test('a method that decides for all images together has no graph of its own', async () => {
  const support = tasks[0]?.support ?? expect.fail()
  const method = registry.methods.find(({ transductive }) => transductive) ?? expect.fail()
  const space = registry.space('clip')
  const fitted = await fitMethod({ method, space, support, selection: 'NONE', kernels })
  expect(await createScoringHead(fitted)).toBeNull()
})

test('many images are scored in chunks, each with its own adapted features', async () => {
  const { support, queries } = tasks[0] ?? expect.fail()
  const fitted = await fitMethod({
    ...{ method: registry.method('tip-adapter'), space: registry.space('imo') },
    ...{ support, selection: 'NONE', kernels },
  })
  const whole = await logitsOf(fitted, queries)
  // As if a chunk had room for two images alone.
  const { batches } = fitted.cache
  const cache = {
    ...fitted.cache,
    *batches(...given: Parameters<typeof batches>) {
      const [all] = given
      for (let from = 0; from < (all.clip?.rows ?? 0); from += 2) {
        const some = Object.fromEntries(
          Object.entries(all).map(([name, { rows, columns, data }]) => [
            name,
            matrix(Math.min(2, rows - from), columns, data.subarray(from * columns, (from + 2) * columns)),
          ]),
        )
        for (const batch of batches(some)) yield { ...batch, from }
      }
    },
  }
  expect(await logitsOf({ ...fitted, cache }, queries)).toEqual(whole)

  async function logitsOf(of: typeof fitted, given: typeof queries) {
    const head = (await createScoringHead(of)) ?? expect.fail()
    const rows: number[] = []
    for await (const { scores } of head.score(given)) rows.push(...scores.logits.data)
    return rows
  }
})
