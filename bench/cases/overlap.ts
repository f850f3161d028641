import { bootstrapInterval, groups } from '../../src/evaluation/overlap/bootstrap.js'
import { measureOverlap } from '../../src/evaluation/overlap/overlap.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { bootstrapByDefinition } from '../../test/reference/bootstrap.js'
import { type Benchmark, medianMs, ms, onceMs, peakMemory, times } from '../benchmark.js'
import { pythonBaseline } from '../contestants.js'
import { syntheticFeatures } from '../data.js'

const images = 5000
const dimensions = 512
const classes = 100

/** All overlap measures of 5,000 images, over all 12.5 million pairs. */
export const overlap: Benchmark = {
  name: 'overlap',
  async run() {
    const { test } = syntheticFeatures({ classes, dimensions, shots: 1, validation: 1, test: images })
    const kernels = createKernels(openRuntime())
    const features = test.features.clip
    if (!features) throw new Error('the features are in clip')
    const ours = await medianMs(3, () => measureOverlap({ features, labels: test.labels, classes, kernels }))
    const memory = peakMemory()
    const bins = 200
    const random = seeded('blocks')
    const blocks = Uint32Array.from({ length: groups ** 2 * 2 * bins }, () => random.integer(30))
    const interval = await medianMs(15, () => bootstrapInterval(blocks, bins, kernels))
    const plain = await onceMs(async () => bootstrapByDefinition(blocks, bins))
    const numpy = await pythonBaseline('overlap.py', String(images), String(dimensions), String(classes))
    return [
      {
        quantity: `Overlap of ${images} images of ${classes} classes with intervals, classes and class pairs, against NumPy's coefficient alone`,
        ours: ms(ours),
        ...(numpy && { baseline: ms(numpy.ms ?? 0), ratio: `${times((numpy.ms ?? 0) / ours)} as fast` }),
      },
      { quantity: 'The most memory resident while measuring it, features included', ours: memory },
      {
        quantity: 'The bootstrap interval of one space, compared with its definition in plain loops',
        ours: ms(interval),
        baseline: ms(plain),
        ratio: `${times(plain / interval)} as fast`,
      },
    ]
  },
}
