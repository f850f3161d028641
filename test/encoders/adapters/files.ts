import { join } from 'node:path'
import { type NamedTensor, readSafetensors } from '../../../src/tensor/safetensors.js'
import { root } from '../files.js'

/** A model of tools/export-clip with the adapter and the features that tools/parity/adapters.py wrote for it. */
export const tinyModel = (name: string): string => join(root, 'test/encoders/fixtures/models', name)

/** Pixels, and the features that PyTorch gives of them with the adapters off (`clip`) and on (`imo`). */
export async function expectedFeatures(folder: string) {
  const { tensors } = await readSafetensors(join(folder, 'expected.safetensors'))
  const floats = (name: string): NamedTensor & { type: 'float32' } => {
    const tensor = tensors.get(name)
    if (tensor?.type !== 'float32') throw new Error(`no tensor ${name}`)
    return tensor
  }
  return { pixels: floats('pixels'), clip: floats('clip').data, imo: floats('imo').data }
}

/** The smallest cosine of rows of `d` numbers. */
export function leastCosine(a: Float32Array, b: Float32Array, d: number): number {
  const cosines = Array.from({ length: a.length / d }, (_, i) => {
    let [ab, aa, bb] = [0, 0, 0]
    for (let k = i * d; k < (i + 1) * d; k++) {
      const [x, y] = [a[k] ?? Number.NaN, b[k] ?? Number.NaN]
      ab += x * y
      aa += x * x
      bb += y * y
    }
    return ab / Math.sqrt(aa * bb)
  })
  return Math.min(...cosines)
}
