import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { withPatches } from '../../src/features/patches.js'
import type { Support } from '../../src/features/support.js'
import { builtin } from '../../src/plugins/builtin.js'
import { loadPlugin } from '../../src/plugins/load-plugin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix } from '../../src/tensor/matrix.js'
import { root } from '../helpers/programs.js'
import { sharedRuntime } from '../helpers/shared.js'
import { type OutsideCase, outsidePlugins } from './outside-plugins.js'

// Published methods as outsiders write them: the packages in test/plugins/outside, loaded with a prefix, since some of their
// ids are those of built-in methods. That they can be installed, and pass the
// common suite, test/package/plugins.long.test.ts checks.

const kernels = createKernels(sharedRuntime())
const { cases } = JSON.parse(readFileSync(join(root, 'test/golden/outside-methods.json'), 'utf8')) as {
  cases: readonly OutsideCase[]
}
const matrixOf = (rows: readonly (readonly number[])[]) =>
  matrix(rows.length, rows[0]?.length ?? 0, Float32Array.from(rows.flat()))

const supportOf = ({ F, y, W, prompts, promptClasses }: OutsideCase): Support => ({
  features: withPatches({ clip: matrixOf(F) }, matrixOf(F)),
  labels: Int32Array.from(y),
  classes: W.length,
  textClassifier: matrixOf(W),
  logitScale: 100,
  prompts: async () => ({
    features: matrixOf(prompts),
    labels: Int32Array.from(promptClasses),
    classNames: W.map((_, c) => `class ${c}`),
  }),
})

const queriesOf = ({ T, patches }: OutsideCase) =>
  withPatches({ clip: matrixOf(T) }, matrixOf(patches.flat()))

describe.each(outsidePlugins)('%s, as an outside package,', (name) => {
  const folder = join(root, 'test/plugins/outside', name)

  const most = name === 'transclip' ? 80 : 60
  test(`is at most ${most} lines of code`, () => {
    const lines = readFileSync(join(folder, 'index.js'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(most)
  })

  test.each(cases.map((each) => [each.title, each] as const))(
    'has the logits of an independent NumPy implementation with %s',
    async (_, problem) => {
      const registry = createRegistry([
        builtin(),
        await loadPlugin(`outside=${join(folder, 'index.js')}`, '/'),
      ])
      const results = problem.results.filter(({ method }) => method === name)
      expect(results).toHaveLength(2)
      for (const { values, logits: expected } of results) {
        const fitted = await fitMethod({
          ...{ method: registry.method(`outside.${name}`), space: registry.space('clip'), kernels },
          ...{ support: supportOf(problem), selection: 'NONE', fixed: values, calibrated: false },
        })
        for await (const { scores } of scoreQueries(fitted, queriesOf(problem))) {
          const wanted = expected.flat()
          const off = wanted.map((logit, at) => Math.abs(logit - (scores.logits.data[at] ?? Number.NaN)))
          expect(scores.logits.data).toHaveLength(wanted.length)
          expect(Math.max(...off)).toBeLessThan(2e-4)
        }
      }
    },
  )
})
