import { describe, expect, test } from 'vitest'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import golden from '../golden/methods.json' with { type: 'json' }
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const registry = createRegistry([builtin()])

const matrixOf = (rows: readonly (readonly number[])[]): Matrix =>
  matrix(rows.length, rows[0]?.length ?? 0, Float32Array.from(rows.flat()))

describe.each(golden.cases.map((each) => [each.title, each] as const))('with %s', (_, given) => {
  const { T, F, y, W, P, p, methods } = given
  const prompts = {
    features: matrixOf(P),
    labels: Int32Array.from(p),
    classNames: W.map((_, c) => `class ${c}`),
  }
  const support = {
    features: { clip: matrixOf(F) },
    labels: Int32Array.from(y),
    classes: W.length,
    textClassifier: matrixOf(W),
    logitScale: 100,
    prompts: async () => prompts,
  }
  test.each(Object.entries(methods))('%s scores as in NumPy', async (id, { values, logits }) => {
    const options = { method: registry.method(id), space: registry.space('clip'), support, kernels }
    const fitted = await fitMethod({ ...options, selection: 'NONE', fixed: values, calibrated: false })
    const actual: number[] = []
    for await (const { scores } of scoreQueries(fitted, { clip: matrixOf(T) }))
      actual.push(...scores.logits.data)
    const gaps = logits.flat().map((value, at) => Math.abs(value - (actual[at] ?? NaN)))
    expect(Math.max(...gaps)).toBeLessThan(2e-4)
  })
})
