import { afterAll, expect, test } from 'vitest'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'

const runtime = openRuntime({ threads: 1 })
const kernels = createKernels(runtime)
afterAll(() => runtime.close())

test('dot multiplies rows with rows', async () => {
  const a = matrix(2, 2, Float32Array.of(1, 2, 3, 4))
  const b = matrix(1, 2, Float32Array.of(5, 6))
  expect(await kernels.dot(a, b)).toEqual(matrix(2, 1, Float32Array.of(17, 39)))
})
