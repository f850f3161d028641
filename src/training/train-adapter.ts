import type { Adapter } from '../encoders/adapters/adapter.js'
import { stripAdapters } from '../encoders/adapters/strip-adapters.js'
import { graphFile } from '../encoders/graph-file.js'
import type { ModelFolder } from '../encoders/manifest.js'
import { withOwnCopy } from '../encoders/own-copy.js'
import type { ImageSource } from '../encoders/prepare-batch.js'
import { errors } from '../errors.js'
import { supportArea } from '../images/augmentation.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import { untilCancelled } from '../system/abort.js'
import { type OnnxModel, readOnnxModel } from '../tensor/onnx/model.js'
import type { Runtime } from '../tensor/runtime.js'
import type { Objective } from './objectives/objective.js'
import { selfSupervised, type ViewsBatch } from './objectives/self-supervised.js'
import { type SupervisedBatch, supervised } from './objectives/supervised.js'
import { createOrder } from './order.js'
import { constant, type Schedule, warmUpThenCosine } from './schedule.js'
import type { TrainingSettings } from './settings.js'
import { type TrainOptions, train } from './train.js'
import { prepareTrainableTower, type TrainableTower, toAdapter } from './trainable-tower.js'
import { loadRandomViews, type ViewOptions } from './views.js'
import { patchSize, withImageSize } from './with-image-size.js'

/** A generic image with its class index. */
export interface TrainingImage extends ImageSource {
  readonly classIndex: number
}

export interface TrainAdapterOptions extends Pick<TrainOptions<unknown>, 'checkpoint' | 'signal'> {
  readonly model: ModelFolder
  /** What decodes the images. */
  readonly imageWorkers: Pick<ImageWorkers, 'views'>
  readonly images: readonly TrainingImage[]
  /** The number of classes. */
  readonly classes: number
  readonly settings: TrainingSettings
  /**
   * Called after each step with the losses of all steps so far, and once after a checkpoint is loaded. `current` returns the
   * adapter at that step.
   */
  readonly onStep?: (
    stepsDone: number,
    losses: readonly number[],
    current: () => TrainedAdapter['adapter'],
  ) => void | Promise<void>
}

/** A trained adapter without its origin, and the loss of each step. */
export interface TrainedAdapter {
  readonly adapter: Omit<Adapter, 'encoder' | 'provenance'>
  readonly losses: readonly number[]
}

/** The number of training steps. Throws TRAINING_IMAGES if there are fewer images than a batch, or only one class. */
export function trainingSteps(
  { batch, epochs, objective, seed }: TrainingSettings,
  images: readonly Pick<TrainingImage, 'classIndex'>[],
): number {
  const classes = new Set(images.map(({ classIndex }) => classIndex)).size
  if (objective === 'supervised' && classes < 2) {
    const reason = `the supervised objective needs at least two classes, but the images have ${classes}`
    throw errors.trainingImages({ reason })
  }
  if (images.length < batch) {
    throw errors.trainingImages({
      reason: `a batch has ${batch} images, but there are only ${images.length}`,
    })
  }
  return createOrder({ images: images.length, batch, epochs, seed }).steps
}

/**
 * Trains an adapter for an encoder. The result depends only on the settings, the images and the encoder. Throws
 * TRAINING_IMAGES, INVALID_IMAGE, CANNOT_DIFFERENTIATE, IMAGE_SIZE_FIXED, TRAINING_DIVERGED, MODEL_CHANGED or CANCELLED.
 */
export async function trainAdapter(runtime: Runtime, options: TrainAdapterOptions): Promise<TrainedAdapter> {
  trainingSteps(options.settings, options.images)
  const trainFor = options.settings.objective === 'supervised' ? trainSupervised : trainSelfSupervised
  const { model } = options
  return withOwnCopy(model, (copy) => trainFor(runtime, { ...options, model: copy }), 'image tower')
}

async function trainSupervised(runtime: Runtime, options: TrainAdapterOptions): Promise<TrainedAdapter> {
  const { model, images, classes, settings } = options
  const { batch, dropout, seed, rate } = settings
  const graph = await imageTower(model)
  const tower = prepareTrainableTower(graph, settings, seed)
  const { dimensions, imageSize } = model.manifest
  const objective = await supervised(runtime, {
    ...{ tower, dimensions, imageSize, classes, batch, dropout, seed },
    ...portsOf(model, graph),
  })
  const order = createOrder({ ...settings, images: images.length })
  const load = viewLoader(options)
  const view = viewOf(options, imageSize, supportArea, 1)
  const prepare = async (step: number): Promise<SupervisedBatch> => {
    const batchImages = order.at(step).map((i) => images[i] as TrainingImage)
    const labels = batchImages.map(({ classIndex }) => classIndex)
    return { pixels: await load(batchImages, view, 'view', seed, step), labels }
  }
  return trainObjective(options, tower, objective, prepare, order.steps, constant(rate))
}

/** The shares of an image's area that DINO's views show (arXiv 2104.14294, §3.1). */
const cropAreas = { global: { from: 0.4, to: 1 }, local: { from: 0.05, to: 0.4 } }
/** The widths of the projection head: DINO's 2048 and 256 for the 512 dimensions of CLIP ViT-B. */
const headWidths = (dimensions: number) => ({
  hidden: 4 * dimensions,
  bottleneck: Math.ceil(dimensions / 2),
})
const minRate = 1e-6

async function trainSelfSupervised(runtime: Runtime, options: TrainAdapterOptions): Promise<TrainedAdapter> {
  const { model, images, settings } = options
  const { batch, seed, rate, localCrops, warmUpEpochs, epochs } = settings
  const { dimensions, imageSize } = model.manifest
  const graph = await imageTower(model)
  const ports = portsOf(model, graph)
  const patch = await patchSize(runtime, graph, ports.pixels, imageSize)
  const localSize = patch * Math.max(1, Math.round((settings.localSize * imageSize) / patch))
  const small = await withImageSize(runtime, graph, { pixels: ports.pixels, from: imageSize, to: localSize })
  const localTower = prepareTrainableTower(small, settings, seed)
  const tower = prepareTrainableTower(await imageTower(model), settings, seed)
  const order = createOrder({ ...settings, images: images.length })
  const stepsPerEpoch = order.steps / epochs
  const objective = await selfSupervised(runtime, {
    ...{ tower, localTower, imageSize, localSize, locals: localCrops, batch, seed },
    ...ports,
    head: { dimensions, ...headWidths(dimensions), outputs: settings.prototypes },
    teacherMomentum: settings.teacherMomentum,
    centreMomentum: 0.9,
    studentTemperature: 0.1,
    teacherTemperature: 0.04,
    frozenSteps: epochs > 1 ? stepsPerEpoch : 0,
  })
  const load = viewLoader(options)
  const views = {
    global: viewOf(options, imageSize, cropAreas.global, 2),
    local: viewOf(options, localSize, cropAreas.local, localCrops),
  }
  const prepare = async (step: number): Promise<ViewsBatch> => {
    const batchImages = order.at(step).map((i) => images[i] as TrainingImage)
    return {
      global: await load(batchImages, views.global, 'global view', seed, step),
      local: await load(batchImages, views.local, 'local view', seed, step),
    }
  }
  const warmUp = Math.min(warmUpEpochs, epochs / 2) * stepsPerEpoch
  const schedule = warmUpThenCosine({ rate, minRate: Math.min(minRate, rate), warmUp, steps: order.steps })
  return trainObjective(options, tower, objective, prepare, order.steps, schedule)
}

/** Loads views of images, and throws CANCELLED as soon as the training is cancelled. */
const viewLoader =
  ({ imageWorkers, signal }: TrainAdapterOptions) =>
  (images: readonly TrainingImage[], options: ViewOptions, ...seed: readonly (string | number)[]) =>
    untilCancelled(signal, loadRandomViews(imageWorkers, images, options, ...seed))

/** Trains on an objective and closes it. */
async function trainObjective<Batch>(
  { checkpoint, onStep, signal, settings }: TrainAdapterOptions,
  tower: TrainableTower,
  objective: Objective<Batch>,
  prepare: (step: number) => Promise<Batch>,
  steps: number,
  rate: Schedule,
): Promise<TrainedAdapter> {
  const current = (): TrainedAdapter['adapter'] => {
    const noOrigin = { encoder: '', provenance: '' }
    const { encoder: _, provenance: __, ...adapter } = toAdapter(objective.result(), tower.shape, noOrigin)
    return adapter
  }
  try {
    const losses = await train({
      ...{ objective, prepare, steps, rate, optimizer: settings },
      ...(checkpoint && { checkpoint }),
      ...(onStep && { onStep: (done: number, all: readonly number[]) => onStep(done, all, current) }),
      ...(signal && { signal }),
    })
    return { adapter: current(), losses }
  } finally {
    await objective.close()
  }
}

/** The encoder's image tower without adapters. */
async function imageTower(model: ModelFolder): Promise<OnnxModel> {
  const { vision } = model.manifest
  return stripAdapters(await readOnnxModel(graphFile(model, vision)), vision.scaleInput)
}

/** The names of the tower's input and output. */
function portsOf({ manifest: { vision } }: ModelFolder, { graph }: OnnxModel) {
  const features = vision.outputs.find((name) => graph.output.some((each) => each.name === name))
  if (features === undefined) {
    throw errors.cannotDifferentiate({ reason: `it has no output ${vision.outputs.join(' or ')}` })
  }
  return { pixels: vision.input, features }
}

function viewOf(
  { model: { manifest }, settings }: TrainAdapterOptions,
  imageSize: number,
  area: ViewOptions['area'],
  rounds: number,
): ViewOptions {
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const
  return { preprocessing: { ...manifest, imageSize, ...(!settings.normalise && plain) }, area, rounds }
}
