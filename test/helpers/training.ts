import { stripAdapters } from '../../src/encoders/adapters/strip-adapters.js'
import { type Random, seeded } from '../../src/random.js'
import { readOnnxModel } from '../../src/tensor/onnx/model.js'
import type { Runtime } from '../../src/tensor/runtime.js'
import { type SupervisedBatch, supervised } from '../../src/training/objectives/supervised.js'
import { prepareTower } from '../../src/training/tower.js'

export const visionFile = new URL('../../models/mini-clip/vision.onnx', import.meta.url).pathname

/** The embedded encoder's image tower without the adapters that it was exported with. */
export const plainTower = async () => stripAdapters(await readOnnxModel(visionFile), 'adapter_scale')

export const batch = 4
export const classes = 3

/** The supervised objective on the embedded encoder, small enough for a test. */
export async function smallObjective(runtime: Runtime, { dropout = 0, seed = 1 } = {}) {
  const tower = prepareTower(await plainTower(), { bottleneck: 4, scale: 2 }, seed)
  const sizes = { dimensions: 192, imageSize: 64, classes, batch, dropout, seed }
  const objective = await supervised(runtime, { tower, pixels: 'pixels', features: 'features', ...sizes })
  return { tower, objective }
}

/** Images of noise with labels. */
export function noise(step: number): SupervisedBatch {
  const random = seeded('noise', step)
  const data = Float32Array.from({ length: batch * 3 * 64 * 64 }, () => 2 * random.next() - 1)
  return {
    pixels: { type: 'float32', dims: [batch, 3, 64, 64], data },
    labels: Array.from({ length: batch }, (_, i) => i % classes),
  }
}

/** A direction of unit length. */
export function direction(random: Random, length: number): Float32Array {
  const raw = Float32Array.from({ length }, () => 2 * random.next() - 1)
  const norm = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0))
  return raw.map((value) => value / norm)
}
