import { buildCache } from '../../src/cache/cache.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms, type Row, times } from '../benchmark.js'
import { syntheticFeatures } from '../data.js'

const sizes = [1, 2, 4, 8]

/** The cost by number of queries and of keys, at four sizes each. Doubling one should double the time. */
export const growth: Benchmark = {
  name: 'growth',
  async run() {
    const kernels = createKernels(openRuntime())
    const time = async (queries: number, shots: number): Promise<number> => {
      const features = syntheticFeatures({
        classes: 100,
        dimensions: 512,
        shots,
        validation: 1,
        test: queries,
      })
      const cache = await buildCache(features.support(shots), clip(), kernels)
      return medianMs(5, async () => {
        for (const batch of cache.batches(features.test.features)) {
          await scoreBatch(tipAdapter(), batch, { alpha: 1, beta: 5.5 }, {})
        }
      })
    }
    const rows: Row[] = []
    for (const [what, measure] of [
      ['queries, 1,600 keys', (size: number) => time(2000 * size, 16)],
      ['keys, 4,000 queries', (size: number) => time(4000, 8 * size)],
    ] as const) {
      let first = 0
      for (const size of sizes) {
        const ours = await measure(size)
        first ||= ours
        const count = what.startsWith('queries') ? 2000 * size : 800 * size
        rows.push({
          quantity: `Tip-Adapter scoring, ${count} ${what}`,
          ours: ms(ours),
          baseline: `${size} × ${ms(first)}`,
          ratio: `${times(ours / (size * first))} of linear`,
        })
      }
    }
    return rows
  },
}
