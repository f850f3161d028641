import { expect, test } from 'vitest'
import { createScoringHead } from '../../src/classifiers/scoring-head.js'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { type Scores } from '../../src/methods/score.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { sharedRuntime } from '../helpers/shared.js'
import { combinationsOf, tasksIn } from './export/same-head.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)
const registry = createRegistry([builtin()])
const [, uneven] = tasksIn(registry)
const { support, queries } = uneven ?? expect.fail()

const combinations = combinationsOf(registry, ['clip', 'imo', 'shrunk', 'imo+whitened'])

test.each(combinations)('%s in %s gives the same scores as one graph as step by step', async (method, space) => {
  const fitted = await fitMethod({
    ...{ method: registry.method(method), space: registry.space(space) },
    ...{ support, selection: 'LEAVE_ONE_OUT', kernels },
  })
  const head = (await createScoringHead(fitted)) ?? expect.fail()
  const joined: Scores[] = []
  for await (const { scores } of head.score(queries)) joined.push(scores)
  const steps: Scores[] = []
  for await (const { scores } of scoreQueries(fitted, queries)) steps.push(scores)
  let worst = 0
  expect(joined.length).toBe(steps.length)
  for (const [i, { logits, contributions }] of steps.entries()) {
    const largest = logits.data.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1)
    for (const [at, logit] of logits.data.entries()) worst = Math.max(worst, Math.abs((joined[i]?.logits.data[at] as number) - logit) / largest)
  }
  console.log(method, space, worst)
  expect(worst).toBeLessThan(2e-5)
})
