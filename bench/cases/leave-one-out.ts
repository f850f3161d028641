import { buildCache } from '../../src/cache/cache.js'
import { leaveOneOutAffinities } from '../../src/cache/leave-one-out.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { builtinSpaces } from '../../src/spaces/builtin.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { gatherRows, matrix } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms, onceMs, type Row, times } from '../benchmark.js'
import { caltech61 } from '../data.js'

/** Folds that are actually refitted, to extrapolate from. */
const folds = 4

/** Leave-one-out over the support set, compared with one ordinary pass and with refits. */
export const leaveOneOut: Benchmark = {
  name: 'leave-one-out',
  async run() {
    const { features, label } = await caltech61()
    const support = features.support(16)
    const kernels = createKernels(openRuntime())
    const method = tipAdapter()
    const rows: Row[] = []
    for (const space of builtinSpaces().filter(({ base }) => base === 'clip')) {
      const cache = await buildCache(support, space, kernels)
      const values = { alpha: 1, beta: 5.5 }
      const score = async (
        batches: Iterable<Parameters<typeof scoreBatch>[1]> | AsyncIterable<Parameters<typeof scoreBatch>[1]>,
      ) => {
        for await (const batch of batches) await scoreBatch(method, batch, values, {})
      }
      const ours = await medianMs(5, () => score(cache.leaveOneOut()))
      const pass = await medianMs(5, () => score(cache.batches(support.features)))
      rows.push({
        quantity: `Leave-one-out in ${space.id}, ${cache.keys.rows} images, ${label}, against one pass over the support set`,
        ours: ms(ours),
        baseline: ms(pass),
        ratio: `${times(ours / pass)} its time`,
      })
      if (!space.fit) continue
      const { leaveOneOut: _, ...fitted } = await space.fit(
        { features: cache.keys, labels: cache.labels },
        kernels,
      )
      const refit = await onceMs(() =>
        leaveOneOutAffinities({
          space,
          fitted,
          features: cache.keys,
          spaceKeys: gatherRows(cache.spaceKeys, Array.from(cache.labels.keys())) ?? matrix(0, 0),
          labels: cache.labels,
          kernels,
          from: 0,
          to: folds,
        }),
      )
      const all = (refit / folds) * cache.keys.rows
      rows.push({
        quantity: `The same against fitting ${space.id} anew without each image, extrapolated from ${folds}`,
        ours: ms(ours),
        baseline: ms(all),
        ratio: `${times(all / ours)} as fast`,
      })
    }
    return rows
  },
}
