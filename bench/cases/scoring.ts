import { buildCache } from '../../src/cache/cache.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms, onceMs, times } from '../benchmark.js'
import { pythonBaseline } from '../contestants.js'
import { caltech61 } from '../data.js'

/** Tip-Adapter's logits of all test images against all keys, from features to logits. */
export const scoring: Benchmark = {
  name: 'scoring',
  async run() {
    const { features, label } = await caltech61()
    const support = features.support(16)
    const kernels = createKernels(openRuntime())
    const cache = await buildCache(support, clip(), kernels)
    const queries = features.test.features
    const method = tipAdapter()
    const score = async () => {
      for (const batch of cache.batches(queries)) await scoreBatch(method, batch, { alpha: 1, beta: 5.5 }, {})
    }
    const ours = await medianMs(20, score)
    const [n, s, d] = [features.test.labels.length, cache.keys.rows, cache.keys.columns]
    const plain = await onceMs(async () => plainLoops(queries.clip?.data, cache.keys.data, n, s, d))
    const torch = await pythonBaseline(
      'tip_adapter.py',
      String(n),
      String(s),
      String(d),
      String(features.classes),
    )
    const quantity = `Tip-Adapter scoring, ${n}×${s}×${d}, ${label}`
    return [
      {
        quantity: `${quantity}, against PyTorch with two threads`,
        ours: ms(ours),
        ...(torch && { baseline: ms(torch.ms ?? 0), ratio: `${times((torch.ms ?? 0) / ours)} as fast` }),
      },
      {
        quantity: `${quantity}, against plain loops`,
        ours: ms(ours),
        baseline: ms(plain),
        ratio: `${times(plain / ours)} as fast`,
      },
    ]
  },
}

/** The affinities and their exponentials in plain loops. */
function plainLoops(
  queries: Float32Array | undefined,
  keys: Float32Array,
  n: number,
  s: number,
  d: number,
): number {
  if (!queries) return 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < s; j++) {
      let dot = 0
      for (let k = 0; k < d; k++) dot += (queries[i * d + k] as number) * (keys[j * d + k] as number)
      sum += Math.exp(-5.5 * (1 - dot))
    }
  }
  return sum
}
