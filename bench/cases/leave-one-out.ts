import { buildCache } from '../../src/cache/cache.js'
import type { Batch } from '../../src/cache/contract.js'
import { leaveOneOut as leavingOneOut } from '../../src/cache/leave-one-out.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { pickSupport } from '../../src/testing/synthetic.js'
import { type Benchmark, medianMs, ms, onceMs, type Row, times } from '../benchmark.js'
import { caltech61 } from '../data.js'

/** Images that are actually left out alone, to extrapolate from. */
const alone = 4

/** Leave-one-out over the support set, with and without fitting its folds, compared with one ordinary pass. */
export const leaveOneOut: Benchmark = {
  name: 'leave-one-out',
  async run() {
    const { features, label } = await caltech61()
    const support = features.support(16)
    const kernels = createKernels(openRuntime())
    const method = tipAdapter()
    const values = { alpha: 1, beta: 5.5 }
    const score = async (batches: Iterable<Batch> | AsyncIterable<Batch>) => {
      for await (const batch of batches) await scoreBatch(method, batch, values, {})
    }
    const rows: Row[] = []
    for (const space of (builtin().spaces ?? []).filter(({ base }) => base === 'clip')) {
      const cache = await buildCache(support, space, kernels)
      const first = await onceMs(() => score(leavingOneOut(support, cache).batches()))
      const later = await medianMs(5, () => score(leavingOneOut(support, cache).batches()))
      const pass = await medianMs(5, () => score(cache.batches(support.features)))
      const images = `Leave-one-out in ${space.id}, ${cache.keys.rows} images, ${label}`
      rows.push({
        quantity: `${images}, once its folds are fitted, against one pass over the support set`,
        ours: ms(later),
        baseline: ms(pass),
        ratio: `${times(later / pass)} its time`,
      })
      const refit = await onceMs(async () => {
        for (let i = 0; i < alone; i++) {
          const rest = Array.from(support.labels.keys()).filter((other) => other !== i)
          const smaller = await buildCache(pickSupport(support, rest), space, kernels)
          await score(smaller.batches(pickSupport(support, [i]).features))
        }
      })
      const all = (refit / alone) * cache.keys.rows
      rows.push({
        quantity: `${images}, with the fits of its folds, against a fit without each image, extrapolated from ${alone}`,
        ours: ms(first),
        baseline: ms(all),
        ratio: `${times(all / first)} as fast`,
      })
    }
    return rows
  },
}
