import { builtin } from '../../src/plugins/builtin.js'
import { fitSpace } from '../../src/spaces/fit-space.js'
import { genericCovariance, measureGeneric } from '../../src/spaces/fitting/generic-covariance.js'
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
    const labelled = {
      features: normals('support', rows, dimensions),
      labels: Int32Array.from({ length: rows }, (_, i) => Math.floor(i / 16)),
      textClassifier: null,
    }
    const measured = await measureGeneric(labelled, 'noise', kernels)
    const support = { ...labelled, generic: genericCovariance([measured]) }
    const measuring = await medianMs(3, async () => {
      await genericCovariance([await measureGeneric(labelled, 'noise', kernels)]).whitened(kernels)
    })
    const results = [
      {
        quantity: `Measuring a generic covariance on ${rows}×${dimensions}`,
        ours: ms(measuring),
      },
    ]
    const fitted = (builtin().spaces ?? []).filter(({ base, fit }) => base === 'clip' && fit !== undefined)
    for (const space of fitted) {
      const ours = await medianMs(3, async () => {
        const { project } = await fitSpace(space, support, kernels)
        await project(support.features)
      })
      results.push({
        quantity: `Fitting ${space.id} on ${rows}×${dimensions} and projecting it`,
        ours: ms(ours),
      })
    }
    return results
  },
}
