import { buildCache } from '../../src/cache/cache.js'
import type { Batch } from '../../src/cache/contract.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipX } from '../../src/methods/tip-x.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, cost } from '../benchmark.js'
import { caltech61 } from '../data.js'

/** What the checks of a plugin's results cost: Tip-X as a plugin, against its terms called and summed without any check. */
export const pluginChecks: Benchmark = {
  name: 'plugin-checks',
  async run() {
    const { features, label } = await caltech61()
    const method = tipX()
    const values = { alpha: 1, beta: 5.5, gamma: 1 }
    const range = { min: 0, max: 1 }
    const ranges = { kl: { affinity: range, divergence: range } }
    const cache = await buildCache(features.support(16), clip(), createKernels(openRuntime({ threads: 1 })))
    const all = async (score: (batch: Batch) => Promise<unknown>) => {
      for (const batch of cache.batches(features.test.features)) await score(batch)
    }
    const checked = () => all((batch) => scoreBatch(method, batch, values, ranges))
    const unchecked = () =>
      all(async (batch) => {
        const sum = matrix(batch.rows, batch.cache.classes)
        for (const term of method.terms) {
          const factor = term.weight === null ? 1 : values[term.weight as keyof typeof values]
          const { data } = await term.logits(batch, values, ranges[term.name as 'kl'] ?? {})
          const weighted = data.map((value) => factor * value)
          for (let at = 0; at < data.length; at++) {
            sum.data[at] = (sum.data[at] as number) + (weighted[at] as number)
          }
        }
      })
    const [ours, baseline]: [number[], number[]] = [[], []]
    for (let turn = 0; turn < 240; turn++) {
      // Whoever comes second finds the memory of the first: they take turns.
      for (const first of turn % 2 === 0 ? [true, false] : [false, true]) {
        const taken = await cpuMs(first ? checked : unchecked)
        if (turn >= 4) (first ? ours : baseline).push(taken)
      }
    }
    return [
      cost(
        `CPU time of Tip-X scoring with the checks of a plugin, against without, ${label}`,
        ours,
        baseline,
      ),
    ]
  },
}

/** The milliseconds of this process on all cores: other processes change them less than the time on the clock. */
async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
