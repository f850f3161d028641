import { buildCache } from '../../src/cache/cache.js'
import type { Batch } from '../../src/cache/contract.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipX } from '../../src/methods/tip-x.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import type { Matrix } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms } from '../benchmark.js'
import { caltech61 } from '../data.js'

/**
 * What it costs to give a plugin its own view of a batch, to check what it gives, and to look for writes, against the
 * scoring itself. Between two scorings that differ in it, it would drown in noise, so it is measured on terms that only give
 * what was computed before: as a plugin's, less the same as built-in ones.
 */
export const pluginChecks: Benchmark = {
  name: 'plugin-checks',
  async run() {
    const { features, label } = await caltech61()
    const values = { alpha: 1, beta: 5.5, gamma: 1 }
    const range = { min: 0, max: 1 }
    const ranges = { kl: { affinity: range, divergence: range } }
    const cache = await buildCache(features.support(16), clip(), createKernels(openRuntime()))
    const queries = features.test.features

    const builtinTipX = createRegistry([builtin()]).method('tip-x')
    const scoring = await medianMs(20, async () => {
      for (const batch of cache.batches(queries)) await scoreBatch(builtinTipX, batch, values, ranges)
    })

    const batches = [...cache.batches(queries)]
    const computed = new Map<number, Matrix[]>()
    for (const batch of batches) {
      const { contributions } = await scoreBatch(builtinTipX, batch, values, ranges)
      computed.set(
        batch.from,
        contributions.map((each) => each.values),
      )
    }
    /** A new method at every call, so that views and watches are made anew. */
    const giving = () => ({
      ...tipX(),
      terms: tipX().terms.map((term, i) => ({
        ...term,
        async logits(batch: Batch) {
          await batch.affinities()
          await batch.textSimilarities()
          return computed.get(batch.from)?.[i] as Matrix
        },
      })),
    })
    const origin = { plugin: 'shotboard', package: null, version: null, code: null }
    const measured = (isPlugin: boolean) =>
      medianMs(200, async () => {
        const method = isPlugin ? giving() : { ...giving(), origin }
        for (const batch of batches) await scoreBatch(method, batch, values, ranges)
      })
    const trusted = await measured(false)
    const checks = (await measured(true)) - trusted
    const percent = (100 * checks) / scoring
    return [
      {
        quantity: `Checks of a plugin with the terms of Tip-X, beside scoring with them, ${label}`,
        ours: ms(checks),
        baseline: ms(scoring),
        ratio: `${percent.toFixed(2)} % of its time`,
      },
    ]
  },
}
