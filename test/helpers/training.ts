import { readAdapter } from '../../src/encoders/adapters/adapter.js'
import { stripAdapters } from '../../src/encoders/adapters/strip-adapters.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import { type Random, seeded } from '../../src/system/random.js'
import { readOnnxModel } from '../../src/tensor/onnx/model.js'
import type { Runtime, Tensor } from '../../src/tensor/runtime.js'
import { selfSupervised } from '../../src/training/objectives/self-supervised.js'
import { type SupervisedBatch, supervised } from '../../src/training/objectives/supervised.js'
import type { TrainingSettingsInput } from '../../src/training/settings.js'
import { prepareTrainableTower } from '../../src/training/trainable-tower.js'
import { withImageSize } from '../../src/training/with-image-size.js'

export const visionFile = new URL('../../models/mini-clip/vision.onnx', import.meta.url).pathname

/** The embedded encoder's image tower without the adapters that it was exported with. */
export const plainTower = async () => stripAdapters(await readOnnxModel(visionFile), 'adapter_scale')

/** So small that a step takes no time: of 36 images, 9 steps an epoch. */
export const smallTraining: TrainingSettingsInput = {
  ...{ objective: 'supervised', bottleneck: 4, batch: 4, scale: 2, epochs: 2, rate: 0.05 },
}

/** What was trained: the weights of an added adapter. */
export const weightsOf = async ({ adapters }: OpenedLibrary, name: string) =>
  (await readAdapter((await adapters.find(null, name)).file)).blocks

export const batch = 4
export const classes = 3

/** The supervised objective on the embedded encoder, small enough for a test. */
export async function smallObjective(runtime: Runtime, { dropout = 0, seed = 1 } = {}) {
  const tower = prepareTrainableTower(await plainTower(), { bottleneck: 4, scale: 2 }, seed)
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

const small = { bottleneck: 4, scale: 2 }
const views = { imageSize: 64, localSize: 32, locals: 2, batch: 2 }

/** The self-supervised objective on the embedded encoder, small enough for a test, away from its start. */
export async function smallDistillation(runtime: Runtime) {
  const tower = prepareTrainableTower(await plainTower(), small, 1)
  const resized = await withImageSize(runtime, await plainTower(), { pixels: 'pixels', from: 64, to: 32 })
  const objective = await selfSupervised(runtime, {
    tower,
    localTower: prepareTrainableTower(resized, small, 1),
    pixels: 'pixels',
    features: 'features',
    ...views,
    head: { dimensions: 192, hidden: 24, bottleneck: 8, outputs: 16 },
    teacherMomentum: 0.9,
    centreMomentum: 0.9,
    studentTemperature: 0.1,
    teacherTemperature: 0.04,
    frozenSteps: 1,
    seed: 1,
  })
  const random = seeded('distillation')
  for (const arrays of [objective.parameters, objective.state]) {
    for (const { data } of arrays.values()) {
      for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + 0.2 * (random.next() - 0.5)
    }
  }
  const noiseOf = (images: number, size: number): Tensor => {
    const data = Float32Array.from({ length: images * 3 * size ** 2 }, () => 2 * random.next() - 1)
    return { type: 'float32', dims: [images, 3, size, size], data }
  }
  const batch = {
    global: noiseOf(2 * views.batch, views.imageSize),
    local: noiseOf(views.locals * views.batch, views.localSize),
  }
  return { objective, batch }
}
