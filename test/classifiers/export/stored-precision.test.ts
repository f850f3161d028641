import { expect, test } from 'vitest'
import { floatOf, halfOf, storedIn } from '../../../src/classifiers/export/stored-precision.js'
import { floatTensor } from '../../../src/tensor/onnx/tensors.js'

test('numbers in half precision are the nearest, ties to even', () => {
  // Bits as IEEE 754 has them: 1, −2, the largest, the smallest normal and subnormal, ties, and what is too large or small.
  const known: readonly (readonly [number, number])[] = [
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [65_520, 0x7c00],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -25, 0x0001],
    [-0, 0x8000],
    [Number.POSITIVE_INFINITY, 0x7c00],
  ]
  for (const [value, bits] of known) expect(halfOf(value).toString(16), String(value)).toBe(bits.toString(16))
  for (let bits = 0; bits < 0x7c00; bits++) expect(halfOf(floatOf(bits))).toBe(bits)
})

test('large weights are stored in less, and small ones as they are', () => {
  const weights = Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i))
  const tensors = [floatTensor('w', [64, 64], weights), floatTensor('b', [64], weights.slice(0, 64))]
  expect(storedIn('fp32', tensors)).toEqual({ nodes: [], initializers: tensors })
  const half = storedIn('fp16', tensors)
  expect(half.nodes.map(({ opType, output }) => [opType, ...output])).toEqual([['Cast', 'w']])
  expect(half.initializers.map(({ rawData }) => rawData.length)).toEqual([2 * 64 * 64, 4 * 64])
  const bytes = storedIn('q8', tensors)
  expect(bytes.nodes.map(({ opType, output }) => [opType, ...output])).toEqual([['DequantizeLinear', 'w']])
  const [values, scales] = bytes.initializers
  const scale = new Float32Array(Uint8Array.from(scales?.rawData ?? []).buffer)
  const restored = Array.from(
    new Int8Array(Uint8Array.from(values?.rawData ?? []).buffer),
    (value, at) => value * (scale[at % 64] ?? NaN),
  )
  for (const [at, value] of restored.entries())
    expect(Math.abs(value - (weights[at] ?? NaN))).toBeLessThan(1 / 127)
})
