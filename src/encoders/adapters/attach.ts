import { create } from '@bufbuild/protobuf'
import { type Matrix, transposed } from '../../tensor/matrix.js'
import { elementType, node, valueInfo } from '../../tensor/onnx/graph.js'
import type { OnnxModel } from '../../tensor/onnx/model.js'
import { type NodeProto, NodeProtoSchema, ValueInfoProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { elementTypeOf, floatTensor } from '../../tensor/onnx/tensors.js'
import { topologyOf } from '../../tensor/onnx/topology.js'
import type { Adapter, Bottleneck } from './adapter.js'
import { type Block, findBlocks } from './find-blocks.js'

/** The input for the adapters' scale, [1] float32. At 0 the output equals the encoder without adapters to the bit. */
export const adapterScaleInput = 'shotboard.adapter_scale'

/** The name of a value or weight of a block's adapter. The prefix avoids names that the graph may have. */
export const adapterTensor = (block: number, part: string): string => `shotboard.adapter.${block}.${part}`

/**
 * Adds an adapter to an image encoder's graph, in place. In every block, with `x` the residual stream after attention,
 * `x + MLP(norm(x))` becomes `(x + s·(W_up·relu(W_down·x + b_down) + b_up)) + MLP(norm(x))`. The adapters compute in
 * float32; the rest stays in the model's own precision. Throws an error if the graph's blocks cannot be found, or if their
 * number or width is not that of the adapter.
 */
export function attachAdapter({ graph }: OnnxModel, adapter: Adapter): void {
  const topology = topologyOf(graph)
  const blocks = findBlocks(topology)
  if (blocks.length !== adapter.blocks.length) {
    throw new Error(
      `it has ${blocks.length} transformer blocks, but the adapter is for ${adapter.blocks.length}`,
    )
  }
  const before = new Map<NodeProto, NodeProto[]>()
  for (const [n, block] of blocks.entries()) {
    const weights = adapter.blocks[n]
    if (weights === undefined) continue
    if (block.width !== undefined && block.width !== adapter.width) {
      throw new Error(`its block ${n} is ${block.width} wide, but the adapter is for ${adapter.width}`)
    }
    const type = elementTypeOf(topology, block.add.input[block.residual] ?? '') ?? elementType.float
    before.set(block.add, bottleneckNodes(n, block, type))
    block.add.input[block.residual] = adapterTensor(n, 'sum')
    graph.initializer.push(...bottleneckTensors(n, weights))
  }
  graph.input.push(create(ValueInfoProtoSchema, valueInfo([adapterScaleInput, [1]])))
  graph.node = graph.node.flatMap((each) => [...(before.get(each) ?? []), each])
}

/** The nodes of block `n`'s bottleneck, which compute in float32 and add to the stream in the stream's own `type`. */
function bottleneckNodes(n: number, block: Block, type: number): NodeProto[] {
  const stream = block.add.input[block.residual] ?? ''
  const isFloat = type === elementType.float
  const named = (part: string) => adapterTensor(n, part)
  const operator = (name: string, inputs: readonly string[], output: string) =>
    node(name, {
      inputs: inputs.map((input) => (input.startsWith('.') ? named(input.slice(1)) : input)),
      output: named(output),
    })
  const nodes = [
    ...(isFloat
      ? []
      : [node('Cast', { inputs: [stream], output: named('x'), attributes: { to: elementType.float } })]),
    operator('MatMul', [isFloat ? stream : '.x', '.down.weight'], 'down'),
    operator('Add', ['.down', '.down.bias'], 'hidden'),
    operator('Relu', ['.hidden'], 'active'),
    // Scaling the bottleneck costs less than scaling the wider stream.
    operator('Mul', ['.active', adapterScaleInput], 'scaled'),
    operator('MatMul', ['.scaled', '.up.weight'], 'up'),
    operator('Mul', ['.up.bias', adapterScaleInput], 'offset'),
    operator('Add', ['.up', '.offset'], 'output'),
    ...(isFloat
      ? []
      : [node('Cast', { inputs: [named('output')], output: named('y'), attributes: { to: type } })]),
    operator('Add', [stream, isFloat ? '.output' : '.y'], 'sum'),
  ]
  return nodes.map((each) => create(NodeProtoSchema, each))
}

/** A bottleneck's weights, transposed for MatMul: [inputs, outputs]. */
function bottleneckTensors(n: number, { down, up }: Bottleneck) {
  const tensor = (part: string, { rows, columns, data }: Matrix) =>
    floatTensor(adapterTensor(n, part), [rows, columns], data)
  return [
    tensor('down.weight', transposed(down.weight)),
    floatTensor(adapterTensor(n, 'down.bias'), [down.bias.length], down.bias),
    tensor('up.weight', transposed(up.weight)),
    floatTensor(adapterTensor(n, 'up.bias'), [up.bias.length], up.bias),
  ]
}
