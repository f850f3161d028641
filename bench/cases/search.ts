import { monitorEventLoopDelay } from 'node:perf_hooks'
import { buildCache } from '../../src/cache/cache.js'
import { argmax } from '../../src/evaluation/metrics.js'
import { gridOf, valuesAt } from '../../src/evaluation/search/grid.js'
import { search as searchGrid } from '../../src/evaluation/search/search.js'
import type { SpaceFeatures } from '../../src/features/space-features.js'
import { rangesOver, scoreBatch } from '../../src/methods/score.js'
import { tipX } from '../../src/methods/tip-x.js'
import { clip } from '../../src/spaces/clip.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { sliceRows } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms, onceMs, seconds, times } from '../benchmark.js'
import { caltech61 } from '../data.js'

/** The number of validation images that the reference used for its search. */
const images = 1000

/** The exact search over the whole grid of Tip-X, compared with scoring a random hundredth of its points. */
export const search: Benchmark = {
  name: 'search',
  async run() {
    const { features, label } = await caltech61()
    if (!features.validation) throw new Error('the features have no validation split')
    const kernels = createKernels(openRuntime())
    const method = tipX()
    const cache = await buildCache(features.support(16), clip(), kernels)
    const labels = features.validation.labels.subarray(0, images)
    const queries: SpaceFeatures = Object.fromEntries(
      Object.entries(features.validation.features).map(([space, all]) => [space, sliceRows(all, 0, images)]),
    )
    const grid = gridOf(method, {})
    const exact = async () => {
      const ranges = await rangesOver(method, cache.batches(queries))
      return searchGrid({ method, grid, data: { batches: cache.batches(queries), labels }, ranges })
    }
    const delay = monitorEventLoopDelay({ resolution: 1 })
    await exact()
    delay.enable()
    const ours = await medianMs(5, exact)
    delay.disable()

    const random = seeded('benchmark', 'points')
    const share = 100
    const points = Array.from({ length: grid.points / share }, () => random.integer(grid.points))
    const ranges = await rangesOver(method, cache.batches(queries))
    const batches = [...cache.batches(queries)]
    const brute = await onceMs(async () => {
      for (const point of points) {
        for (const batch of batches) {
          const { logits } = await scoreBatch(method, batch, valuesAt(grid, point), ranges)
          let _correct = 0
          for (let i = 0; i < batch.rows; i++) {
            const row = logits.data.subarray(i * logits.columns, (i + 1) * logits.columns)
            if (argmax(row) === labels[batch.from + i]) _correct++
          }
        }
      }
    })
    const best = await exact()
    return [
      {
        quantity: `Whole Tip-X search, ${grid.points} points, ${images} images, ${label}, against scoring 1 % of the points with the same kernels, times 100`,
        ours: ms(ours),
        baseline: seconds(brute * share),
        ratio: `${times((brute * share) / ours)} as fast`,
      },
      { quantity: 'Its longest hold of the event loop', ours: ms(delay.max / 1e6) },
      {
        quantity: 'What it finds on the selection images',
        ours: `${((100 * best.correct) / images).toFixed(1)} %`,
      },
    ]
  },
}
