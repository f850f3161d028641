import { centred } from '../../src/spaces/centred.js'
import { shrunk } from '../../src/spaces/shrunk.js'
import { whitened } from '../../src/spaces/whitened.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms } from '../benchmark.js'
import { normals } from '../data.js'

const rows = 16_000
const dimensions = 512

/** Fitting a space on 16,000 support images and projecting them. */
export const spaces: Benchmark = {
  name: 'spaces',
  async run() {
    const kernels = createKernels(openRuntime())
    const support = {
      features: normals('support', rows, dimensions),
      labels: Int32Array.from({ length: rows }, (_, i) => Math.floor(i / 16)),
    }
    const results = []
    for (const space of [centred(), whitened(), shrunk()]) {
      const ours = await medianMs(3, async () => {
        const fitted = await space.fit?.(support, kernels)
        await fitted?.project(support.features)
      })
      results.push({
        quantity: `Fitting ${space.id} on ${rows}×${dimensions} and projecting it`,
        ours: ms(ours),
      })
    }
    return results
  },
}
