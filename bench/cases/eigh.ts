import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms, times } from '../benchmark.js'
import { pythonBaseline } from '../contestants.js'
import { normals } from '../data.js'

const size = 976
const dimensions = 512

/** The eigenvalues and eigenvectors of a kernel matrix of 976 support images. */
export const eigh: Benchmark = {
  name: 'eigh',
  async run() {
    const kernels = createKernels(openRuntime())
    const features = normals('support', size, dimensions)
    const { data } = await kernels.sharpen(await kernels.dot(features, features), 5.5)
    const kernel = Float64Array.from(data)
    const ours = await medianMs(5, () => kernels.eigh(size, kernel.slice()))
    const numpy = await pythonBaseline('eigh.py', String(size), String(dimensions))
    return [
      {
        quantity: `Eigendecomposition of a symmetric ${size}×${size} matrix, against numpy.linalg.eigh`,
        ours: ms(ours),
        ...(numpy && { baseline: ms(numpy.ms ?? 0), ratio: `${times(ours / (numpy.ms ?? 0))} the time` }),
      },
    ]
  },
}
