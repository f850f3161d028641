import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { createTally } from '../../src/evaluation/metrics.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { tipX } from '../../src/methods/tip-x.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, onceMs, peakMemory, type Row, seconds } from '../benchmark.js'
import { syntheticFeatures } from '../data.js'

const size = { classes: 1000, dimensions: 512, shots: 16, validation: 1000, test: 50_000 }

/** ImageNet's size, synthetic: 50,000 queries against 1,000 classes × 16 shots, scored and measured. */
const imagenet = (method: ReturnType<typeof tipAdapter>): Benchmark => ({
  name: `imagenet-${method.id}`,
  async run() {
    const features = syntheticFeatures(size)
    const kernels = createKernels(openRuntime())
    const fitted = await fitMethod({
      method,
      space: clip(),
      support: features.support(size.shots),
      selection: 'VALIDATION',
      ...(features.validation && { validation: features.validation }),
      fixed: Object.fromEntries(Object.keys(method.hyperparameters).map((name) => [name, 2])),
      kernels,
    })
    const tally = createTally()
    const ours = await onceMs(async () => {
      for await (const { batch, scores } of scoreQueries(fitted, features.test.features)) {
        tally.add(scores.logits, features.test.labels.subarray(batch.from, batch.from + batch.rows))
      }
    })
    const quantity = `${method.name}, 50,000 queries, 16,000 keys, 512 dimensions, synthetic`
    const rows: Row[] = [
      { quantity: `${quantity}: scoring`, ours: seconds(ours) },
      { quantity: `${quantity}: most memory resident, data included`, ours: peakMemory() },
    ]
    return rows
  },
})

export const imagenetTipAdapter = imagenet(tipAdapter())
export const imagenetTipX = imagenet(tipX())
