import { create } from '@bufbuild/protobuf'
import type { Adapter, Bottleneck } from '../encoders/adapters/adapter.js'
import { adapterScaleInput, adapterTensor, attachAdapter } from '../encoders/adapters/attach.js'
import { type Block, findBlocks } from '../encoders/adapters/find-blocks.js'
import { errors, reasonOf } from '../errors.js'
import { matrix, transposed } from '../tensor/matrix.js'
import { valueInfo } from '../tensor/onnx/graph.js'
import { type OnnxModel, withGraph } from '../tensor/onnx/model.js'
import { ValueInfoProtoSchema } from '../tensor/onnx/onnx_pb.js'
import { floatTensor } from '../tensor/onnx/tensors.js'
import { topologyOf } from '../tensor/onnx/topology.js'
import { type Parameter, type Parameters, uniform, zeros } from './parameters.js'

export interface AdapterShape {
  /** The inner width of every block's adapter. */
  readonly bottleneck: number
  /** s, the factor for the adapters' output. */
  readonly scale: number
}

/** An encoder's image tower with adapters whose weights are inputs of its graph, so that they can be trained. */
export interface TrainableTower {
  readonly model: OnnxModel
  readonly shape: AdapterShape & { readonly blocks: number; readonly width: number }
  /** The adapters' initial weights, by graph input. Training changes them. */
  readonly parameters: Parameters
}

/** The parts of a block's adapter. Weights have the graph's layout, [inputs, outputs]. */
const parts = ['down.weight', 'down.bias', 'up.weight', 'up.bias'] as const

/**
 * Adds trainable adapters to an image tower, in place. They start as in AdaptFormer (arXiv 2205.13535): `down` is drawn
 * uniformly from ±1/√width and the rest is zero, so that at first the adapted encoder equals the encoder itself. Throws
 * CANNOT_DIFFERENTIATE if the graph's blocks cannot be found.
 */
export function prepareTrainableTower(
  model: OnnxModel,
  { bottleneck, scale }: AdapterShape,
  seed: number,
): TrainableTower {
  const blocks = blocksOf(model)
  const width = blocks[0]?.width
  if (width === undefined) {
    throw errors.cannotDifferentiate({ reason: 'the width of its blocks is unknown' })
  }
  const shape = { bottleneck, scale, blocks: blocks.length, width }
  const shapes = {
    'down.weight': [width, bottleneck],
    'down.bias': [bottleneck],
    'up.weight': [bottleneck, width],
    'up.bias': [width],
  }
  const parameters = new Map<string, Parameter>()
  for (let block = 0; block < blocks.length; block++) {
    for (const part of parts) {
      const isRandom = part === 'down.weight'
      const parameter = isRandom
        ? uniform(shapes[part], 1 / Math.sqrt(width), 'adapter', seed, block)
        : zeros(shapes[part])
      parameters.set(adapterTensor(block, part), parameter)
    }
  }
  attachAdapter(model, toAdapter(parameters, shape, { encoder: '', provenance: '' }))
  return { model: weightsAsInputs(model, parameters, scale), shape, parameters }
}

function blocksOf({ graph }: OnnxModel): readonly Block[] {
  try {
    return findBlocks(topologyOf(graph))
  } catch (error) {
    throw errors.cannotDifferentiate({ reason: reasonOf(error) })
  }
}

/** The adapter with these weights. Throws an error if one is missing. */
export function toAdapter(
  parameters: Parameters,
  { blocks, bottleneck, width, scale }: TrainableTower['shape'],
  origin: Pick<Adapter, 'encoder' | 'provenance'>,
): Adapter {
  const weights = (block: number, part: (typeof parts)[number]): Float32Array => {
    const found = parameters.get(adapterTensor(block, part))
    if (found === undefined) throw new Error(`the adapter's ${part} of block ${block} is missing`)
    return found.data
  }
  const bottleneckOf = (_: unknown, block: number): Bottleneck => ({
    down: {
      weight: transposed(matrix(width, bottleneck, weights(block, 'down.weight'))),
      bias: weights(block, 'down.bias').slice(),
    },
    up: {
      weight: transposed(matrix(bottleneck, width, weights(block, 'up.weight'))),
      bias: weights(block, 'up.bias').slice(),
    },
  })
  return { blocks: Array.from({ length: blocks }, bottleneckOf), bottleneck, width, scale, ...origin }
}

/** Makes the adapters' weights inputs of the graph, and their scale, which `attachAdapter` has made an input, a constant. */
function weightsAsInputs(model: OnnxModel, parameters: Parameters, scale: number): OnnxModel {
  const { input, initializer } = model.graph
  return withGraph(model, {
    input: [
      ...input.filter(({ name }) => name !== adapterScaleInput),
      ...[...parameters].map(([name, { shape }]) => create(ValueInfoProtoSchema, valueInfo([name, shape]))),
    ],
    initializer: [
      ...initializer.filter(({ name }) => !parameters.has(name)),
      floatTensor(adapterScaleInput, [1], Float32Array.of(scale)),
    ],
  })
}
