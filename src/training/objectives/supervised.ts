import { create } from '@bufbuild/protobuf'
import { adapterTensor } from '../../encoders/adapters/attach.js'
import { seeded } from '../../system/random.js'
import { operator } from '../../tensor/kernels.js'
import { valueInfo } from '../../tensor/onnx/graph.js'
import { type OnnxModel, openModel, withGraph } from '../../tensor/onnx/model.js'
import { type NodeProto, NodeProtoSchema, ValueInfoProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { floatTensor } from '../../tensor/onnx/tensors.js'
import { withFields } from '../../tensor/onnx/with-fields.js'
import type { Runtime, Tensor } from '../../tensor/runtime.js'
import { differentiate, gradientOf } from '../gradient/differentiate.js'
import { observe, output } from '../gradient/observe.js'
import { normal, type Parameters, toFeeds, zeros } from '../parameters.js'
import type { TrainableTower } from '../trainable-tower.js'
import type { Objective } from './objective.js'

export interface SupervisedBatch {
  /** [batch, 3, size, size] */
  readonly pixels: Tensor
  /** The class index of each image. */
  readonly labels: readonly number[]
}

export interface SupervisedOptions {
  readonly tower: TrainableTower
  /** The names of the tower's input and output. */
  readonly pixels: string
  readonly features: string
  readonly dimensions: number
  readonly imageSize: number
  readonly classes: number
  readonly batch: number
  /** The share of the bottleneck that is set to zero at each step. */
  readonly dropout: number
  readonly seed: number
}

const head = { weight: 'head.weight', bias: 'head.bias' }
const maskOf = (block: number): string => `dropout.${block}`

/**
 * Trains the adapters to classify generic images: a linear head on the features (initial weights normal with deviation
 * d^(−1/2)), cross-entropy, and dropout in the bottleneck (arXiv 2409.11338). Throws CANNOT_DIFFERENTIATE.
 */
export async function supervised(
  runtime: Runtime,
  options: SupervisedOptions,
): Promise<Objective<SupervisedBatch>> {
  const { tower, dimensions, classes, batch, imageSize, dropout, seed } = options
  const parameters: Parameters = new Map([
    ...tower.parameters,
    [head.weight, normal([classes, dimensions], dimensions ** -0.5, 'head', seed)],
    [head.bias, zeros([classes])],
  ])
  const pixels: Tensor = {
    type: 'float32',
    dims: [batch, 3, imageSize, imageSize],
    data: new Float32Array(batch * 3 * imageSize ** 2),
  }
  const targets = zeros([batch, classes])

  const masks = await dropoutShapes(runtime, options, { [options.pixels]: pixels, ...toFeeds(parameters) })
  const model = withCrossEntropy(withDropout(tower.model, masks), options, parameters)
  const feeds = (step: number, of: Tensor): Record<string, Tensor> => ({
    [options.pixels]: of,
    targets: { type: 'float32', dims: targets.shape, data: targets.data },
    ...Object.fromEntries(
      [...masks].map(([name, shape]) => [name, dropoutMask(shape, dropout, [seed, step, name])]),
    ),
    ...toFeeds(parameters),
  })
  const differentiated = await differentiate(runtime, model, {
    loss: 'loss',
    parameters: [...parameters.keys()],
    feeds: feeds(0, pixels),
  })
  const session = await openModel(runtime, differentiated, { packWeights: false, planMemory: false })

  return {
    parameters,
    state: new Map(),
    async evaluate(given, step) {
      targets.data.fill(0)
      for (const [i, label] of given.labels.entries()) targets.data[i * classes + label] = 1
      const results = await session.run(feeds(step, given.pixels))
      return {
        loss: floats(results.loss)[0] as number,
        gradientOf: (parameter) => floats(results[gradientOf(parameter)]),
      }
    },
    afterStep() {},
    result: () =>
      new Map([...tower.parameters.keys()].map((name) => [name, parameters.get(name) ?? zeros([])])),
    close: () => session.release(),
  }
}

/** The shapes of the dropout masks, [batch, tokens, bottleneck], by input. They apply to the bottleneck after its ReLU. */
async function dropoutShapes(
  runtime: Runtime,
  { tower, dropout }: SupervisedOptions,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (dropout === 0) return new Map()
  const blocks = Array.from({ length: tower.shape.blocks }, (_, block) => block)
  const { shapes } = await observe(runtime, tower.model, feeds, {
    tensors: blocks.map((block) => adapterTensor(block, 'active')),
  })
  return new Map(blocks.map((block) => [maskOf(block), shapes.get(adapterTensor(block, 'active')) ?? []]))
}

/** Multiplies the activations of each block that has a mask by the mask. */
function withDropout(model: OnnxModel, masks: ReadonlyMap<string, readonly number[]>): OnnxModel {
  const blocks = Array.from(masks.keys(), (_, block) => block)
  const masked = (block: number) => adapterTensor(block, 'kept')
  const { node, input } = model.graph
  const active = new Map(blocks.map((block) => [adapterTensor(block, 'active'), block]))
  const nodes = node.flatMap((each): NodeProto[] => {
    const renamed = withFields(each, {
      input: each.input.map((name) => {
        const block = active.get(name)
        return block === undefined ? name : masked(block)
      }),
    })
    const block = each.output.map((name) => active.get(name)).find((found) => found !== undefined)
    if (block === undefined) return [renamed]
    const drop = operator('Mul', [adapterTensor(block, 'active'), maskOf(block)], masked(block))
    return [renamed, create(NodeProtoSchema, drop)]
  })
  return withGraph(model, { node: nodes, input: [...input, ...Array.from(masks, inputOf)] })
}

const inputOf = (named: [string, readonly number[]]) => create(ValueInfoProtoSchema, valueInfo(named))

/** A dropout mask: zeros with probability `share`, and otherwise a factor that keeps the expectation the same. */
function dropoutMask(shape: readonly number[], share: number, seed: (string | number)[]): Tensor {
  const random = seeded('dropout', ...seed)
  const { data } = zeros(shape)
  return { type: 'float32', dims: shape, data: data.map(() => (random.next() < share ? 0 : 1 / (1 - share))) }
}

/** loss = −(1/B)·Σ targets ⊙ log softmax(features·Hᵀ + h). */
function withCrossEntropy(
  model: OnnxModel,
  { features, batch, classes }: SupervisedOptions,
  parameters: Parameters,
): OnnxModel {
  const { node, input, initializer } = model.graph
  const shapeOf = (name: string): readonly number[] => parameters.get(name)?.shape ?? []
  const nodes = [
    operator('Gemm', [features, head.weight, head.bias], 'logits', { transB: 1 }),
    operator('LogSoftmax', ['logits'], 'log probabilities', { axis: 1 }),
    operator('Mul', ['log probabilities', 'targets'], 'of the targets'),
    operator('ReduceSum', ['of the targets'], 'their sum', { keepdims: 0 }),
    operator('Mul', ['their sum', 'per image'], 'loss'),
  ]
  return withGraph(model, {
    node: [...node, ...nodes.map((each) => create(NodeProtoSchema, each))],
    input: [
      ...input,
      inputOf(['targets', [batch, classes]]),
      inputOf([head.weight, shapeOf(head.weight)]),
      inputOf([head.bias, shapeOf(head.bias)]),
    ],
    initializer: [...initializer, floatTensor('per image', [], Float32Array.of(-1 / batch))],
    output: [output('loss')],
  })
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.type !== 'float32') throw new Error('the graph returned no float32 tensor')
  return tensor.data
}
