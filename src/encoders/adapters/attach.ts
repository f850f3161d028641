import { create } from '@bufbuild/protobuf'
import { type Matrix, transposed } from '../../tensor/matrix.js'
import { elementType, node, valueInfo } from '../../tensor/onnx/graph.js'
import type { OnnxModel } from '../../tensor/onnx/model.js'
import { type NodeProto, NodeProtoSchema, ValueInfoProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { elementTypeOf, floatTensor } from '../../tensor/onnx/tensors.js'
import { topologyOf } from '../../tensor/onnx/topology.js'
import type { Adapter, Bottleneck } from './adapter.js'
import { type Block, findBlocks } from './find-blocks.js'

/** The graph's new input, [1] float32: 0 is the encoder without adapters, bit for bit. */
export const adapterScaleInput = 'shotboard.adapter_scale'

/** The name of a part of a block's adapter: a name of our own in somebody else's graph. */
export const adapterTensor = (block: number, part: string): string => `shotboard.adapter.${block}.${part}`

/**
 * Puts an adapter into an image encoder's graph: in every block, with `x` the residual stream after attention,
 * `x + MLP(norm(x))` becomes `(x + s·(W_up·relu(W_down·x + b_down) + b_up)) + MLP(norm(x))`. The MLP and all that
 * attention does stay as they are, in the model's own precision; the adapters compute in float32. The model is changed
 * in place. Throws an error that says what was looked for where the graph's blocks cannot be found or are not those the
 * adapter is for.
 */
export function attachAdapter({ graph }: OnnxModel, adapter: Adapter): void {
  const topology = topologyOf(graph)
  const blocks = findBlocks(topology)
  if (blocks.length !== adapter.blocks.length) {
    throw new Error(
      `it has ${blocks.length} transformer blocks, and the adapter is for ${adapter.blocks.length}`,
    )
  }
  const before = new Map<NodeProto, NodeProto[]>()
  for (const [n, block] of blocks.entries()) {
    const weights = adapter.blocks[n]
    if (weights === undefined) continue
    if (block.width !== undefined && block.width !== adapter.width) {
      throw new Error(`its block ${n} is ${block.width} wide, and the adapter's is ${adapter.width}`)
    }
    const type = elementTypeOf(topology, block.add.input[block.residual] ?? '') ?? elementType.float
    before.set(block.add, bottleneckNodes(n, block, type))
    block.add.input[block.residual] = adapterTensor(n, 'sum')
    graph.initializer.push(...bottleneckTensors(n, weights))
  }
  graph.input.push(create(ValueInfoProtoSchema, valueInfo([adapterScaleInput, [1]])))
  graph.node = graph.node.flatMap((each) => [...(before.get(each) ?? []), each])
}

/** The bottleneck of block `n`, computed in float32 whatever the stream's own type is, and added to the stream. */
function bottleneckNodes(n: number, block: Block, type: number): NodeProto[] {
  const stream = block.add.input[block.residual] ?? ''
  const wide = type === elementType.float
  const at = (part: string) => adapterTensor(n, part)
  const operator = (name: string, inputs: readonly string[], output: string) =>
    node(name, {
      inputs: inputs.map((input) => (input.startsWith('.') ? at(input.slice(1)) : input)),
      output: at(output),
    })
  const nodes = [
    ...(wide
      ? []
      : [node('Cast', { inputs: [stream], output: at('x'), attributes: { to: elementType.float } })]),
    operator('MatMul', [wide ? stream : '.x', '.down.weight'], 'down'),
    operator('Add', ['.down', '.down.bias'], 'hidden'),
    operator('Relu', ['.hidden'], 'active'),
    // The scale goes to the narrow side: the bottleneck, not the stream.
    operator('Mul', ['.active', adapterScaleInput], 'scaled'),
    operator('MatMul', ['.scaled', '.up.weight'], 'up'),
    operator('Mul', ['.up.bias', adapterScaleInput], 'offset'),
    operator('Add', ['.up', '.offset'], 'output'),
    ...(wide ? [] : [node('Cast', { inputs: [at('output')], output: at('y'), attributes: { to: type } })]),
    operator('Add', [stream, wide ? '.output' : '.y'], 'sum'),
  ]
  return nodes.map((each) => create(NodeProtoSchema, each))
}

/** Weights as MatMul takes them: what goes in along the rows. */
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
