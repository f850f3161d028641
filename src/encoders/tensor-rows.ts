import type { Tensor } from '../tensor/runtime.js'

/** `count` rows of a tensor; those behind its end are zeros. */
export function rowsOf(tensor: Tensor, from: number, count: number): Tensor {
  const [, ...shape] = tensor.dims
  const size = shape.reduce((product, each) => product * each, 1)
  const dims = [count, ...shape]
  const [start, end] = [from * size, (from + count) * size]
  switch (tensor.type) {
    case 'float32': {
      const data = new Float32Array(count * size)
      data.set(tensor.data.subarray(start, end))
      return { type: 'float32', dims, data }
    }
    case 'int32': {
      const data = new Int32Array(count * size)
      data.set(tensor.data.subarray(start, end))
      return { type: 'int32', dims, data }
    }
    case 'int64': {
      const data = new BigInt64Array(count * size)
      data.set(tensor.data.subarray(start, end))
      return { type: 'int64', dims, data }
    }
  }
}
