import { create } from '@bufbuild/protobuf'
import { operator } from '../../tensor/kernels.js'
import { valueInfo } from '../../tensor/onnx/graph.js'
import { type OnnxModel, openModel, withGraph } from '../../tensor/onnx/model.js'
import { NodeProtoSchema, ValueInfoProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { floatTensor, integerTensor } from '../../tensor/onnx/tensors.js'
import type { Runtime, Tensor } from '../../tensor/runtime.js'
import { differentiate, gradientOf } from '../gradient/differentiate.js'
import { output } from '../gradient/observe.js'
import { instantiate } from '../instantiate.js'
import { type Parameters, toFeeds, zeros } from '../parameters.js'
import type { TrainableTower } from '../trainable-tower.js'
import type { Objective } from './objective.js'
import { type HeadShape, headConstants, headNodes, headParameters, prototypes } from './projection-head.js'

/** Random views of the images: the first view of each image, then the second of each, and so on. */
export interface ViewsBatch {
  readonly global: Tensor // [2·batch, 3, size, size]
  readonly local: Tensor // [locals·batch, 3, localSize, localSize]
}

export interface SelfSupervisedOptions {
  readonly tower: TrainableTower
  /** The tower for images of `localSize` (see `withImageSize`). Its adapters have the same names. */
  readonly localTower: TrainableTower
  /** The names of the towers' input and output. */
  readonly pixels: string
  readonly features: string
  readonly imageSize: number
  readonly localSize: number
  /** The number of local views per image. */
  readonly locals: number
  readonly batch: number
  readonly head: HeadShape
  /** The share of the teacher's weights that stays at each step. */
  readonly teacherMomentum: number
  /** The share of the centre that stays at each step. */
  readonly centreMomentum: number
  readonly studentTemperature: number
  readonly teacherTemperature: number
  /** The number of first steps in which the prototypes do not change. */
  readonly frozenSteps: number
  readonly seed: number
}

const globals = 2
const centre = 'centre'
const teacherName = (name: string): string => `teacher ${name}`

/**
 * Trains the adapters without labels, by self-distillation (DINO, arXiv 2104.14294). The student sees small and large crops
 * of an image and learns to predict its teacher's output for large ones. The teacher is a moving average of the student, and
 * is the result. Its outputs are centred and sharpened, so that they do not collapse. Throws CANNOT_DIFFERENTIATE.
 */
export async function selfSupervised(
  runtime: Runtime,
  options: SelfSupervisedOptions,
): Promise<Objective<ViewsBatch>> {
  const { tower, batch, imageSize, localSize, locals, head, teacherMomentum, centreMomentum } = options
  const parameters: Parameters = new Map([...tower.parameters, ...headParameters(head, options.seed)])
  /** The teacher starts as a copy of the student. */
  const teacher: Parameters = new Map(
    [...parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  )
  const state: Parameters = new Map([
    ...[...teacher].map(([name, parameter]) => [teacherName(name), parameter] as const),
    [centre, zeros([1, head.outputs])],
  ])
  const feeds = ({ global, local }: ViewsBatch): Record<string, Tensor> => ({
    global,
    local,
    ...toFeeds(parameters),
    ...toFeeds(state),
  })
  const model = distillation(options, parameters, state)
  const differentiated = await differentiate(runtime, model, {
    loss: 'loss',
    parameters: [...parameters.keys()],
    feeds: feeds({
      global: blank(globals * batch, imageSize),
      local: blank(locals * batch, localSize),
    }),
  })
  const session = await openModel(runtime, differentiated, { packWeights: false, planMemory: false })
  let meanTeacherOutput: Float32Array = new Float32Array(head.outputs)

  return {
    parameters,
    state,
    async evaluate(views, step) {
      const results = await session.run(feeds(views))
      meanTeacherOutput = floats(results['mean answer'])
      const noGradient = new Float32Array(head.outputs * head.bottleneck)
      return {
        loss: floats(results.loss)[0] as number,
        gradientOf: (name) =>
          name === prototypes && step < options.frozenSteps ? noGradient : floats(results[gradientOf(name)]),
      }
    },
    afterStep() {
      for (const [name, { data }] of teacher)
        updateAverage(data, parameters.get(name)?.data ?? data, teacherMomentum)
      const { data } = state.get(centre) ?? zeros([])
      updateAverage(data, meanTeacherOutput, centreMomentum)
    },
    result: () => new Map([...tower.parameters.keys()].map((name) => [name, teacher.get(name) ?? zeros([])])),
    close: () => session.release(),
  }
}

/** The graph of one step. Student and teacher share the encoder's frozen weights. */
function distillation(options: SelfSupervisedOptions, parameters: Parameters, state: Parameters): OnnxModel {
  const { tower, localTower, pixels, features, imageSize, localSize, locals, batch, head } = options
  const teacherInputs = new Map([...tower.parameters.keys()].map((name) => [name, teacherName(name)]))
  const globalViews = instantiate(tower.model.graph, 'global.', new Map([[pixels, 'global']]))
  const localViews = instantiate(localTower.model.graph, 'local.', new Map([[pixels, 'local']]))
  const teacherViews = instantiate(
    tower.model.graph,
    'teacher.',
    new Map([...teacherInputs, [pixels, 'global']]),
  )

  const nodes = [
    operator('Concat', [globalViews.name(features), localViews.name(features)], 'student features', {
      axis: 0,
    }),
    // The student: log probabilities [views, batch, K].
    operator('Mul', ['student answers', 'student sharpness'], 'student logits'),
    operator('LogSoftmax', ['student logits'], 'student flat', { axis: -1 }),
    operator('Reshape', ['student flat', 'views'], 'student log probabilities'),
    // The teacher: probabilities [2, batch, K] of its outputs less their running mean.
    operator('Sub', ['teacher answers', centre], 'centred'),
    operator('Mul', ['centred', 'teacher sharpness'], 'teacher logits'),
    operator('Softmax', ['teacher logits'], 'teacher flat', { axis: -1 }),
    operator('Reshape', ['teacher flat', 'views'], 'teacher probabilities'),
    operator('ReduceMean', ['teacher answers', 'first axis'], 'mean answer', { keepdims: 1 }),
    // The cross-entropy of every pair of a student's and a teacher's view, except for pairs of the same view.
    operator('ReduceSum', ['student log probabilities', 'first axis'], 'of all views', { keepdims: 1 }),
    operator('Slice', ['student log probabilities', 'zero', 'globals', 'first axis'], 'of its own view'),
    operator('Sub', ['of all views', 'of its own view'], 'of other views'),
    operator('Mul', ['teacher probabilities', 'of other views'], 'agreement'),
    operator('ReduceSum', ['agreement'], 'their sum', { keepdims: 0 }),
    operator('Mul', ['their sum', 'per pair'], 'loss'),
  ].map((each) => create(NodeProtoSchema, each))
  const [join, ...rest] = nodes
  if (join === undefined) throw new Error('there are no nodes')

  const views = globals + locals
  const inputs: Record<string, readonly number[]> = {
    global: [globals * batch, 3, imageSize, imageSize],
    local: [locals * batch, 3, localSize, localSize],
    ...Object.fromEntries([...parameters, ...state].map(([name, { shape }]) => [name, shape])),
  }
  const scalars: Record<string, number> = {
    ...headConstants.floats,
    'student sharpness': 1 / options.studentTemperature,
    'teacher sharpness': 1 / options.teacherTemperature,
    'per pair': -1 / (batch * globals * (views - 1)),
  }
  const vectors: Record<string, readonly number[]> = {
    ...headConstants.integers,
    views: [-1, batch, head.outputs],
    'first axis': [0],
    zero: [0],
    globals: [globals],
  }
  const known = new Set(tower.model.graph.initializer.map(({ name }) => name))
  return withGraph(tower.model, {
    node: [
      ...globalViews.nodes,
      ...localViews.nodes,
      ...teacherViews.nodes,
      join,
      ...headNodes('student features', 'student answers', (name) => name),
      ...headNodes(teacherViews.name(features), 'teacher answers', teacherName),
      ...rest,
    ],
    input: Object.entries(inputs).map((named) => create(ValueInfoProtoSchema, valueInfo(named))),
    initializer: [
      ...tower.model.graph.initializer,
      ...localTower.model.graph.initializer.filter(({ name }) => !known.has(name)),
      ...Object.entries(scalars).map(([name, value]) => floatTensor(name, [], Float32Array.of(value))),
      ...Object.entries(vectors).map(([name, values]) => integerTensor(name, values)),
    ],
    valueInfo: [],
    output: ['loss', 'mean answer'].map(output),
  })
}

/** Updates an exponential moving average, in place. */
function updateAverage(average: Float32Array, latest: Float32Array, momentum: number): void {
  for (let i = 0; i < average.length; i++) {
    average[i] = momentum * (average[i] as number) + (1 - momentum) * (latest[i] as number)
  }
}

const blank = (images: number, size: number): Tensor => ({
  type: 'float32',
  dims: [images, 3, size, size],
  data: new Float32Array(images * 3 * size ** 2),
})

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.type !== 'float32') throw new Error('the graph returned no float32 tensor')
  return tensor.data
}
