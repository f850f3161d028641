import { create } from '@bufbuild/protobuf'
import { node } from '../tensor/onnx/graph.js'
import { type OnnxModel, withGraph } from '../tensor/onnx/model.js'
import { type NodeProto, NodeProtoSchema, TensorProto_DataType } from '../tensor/onnx/onnx_pb.js'
import { constantShape, elementTypeOf, integersOf, integerTensor } from '../tensor/onnx/tensors.js'
import { type Topology, topologyOf } from '../tensor/onnx/topology.js'
import { withFields } from '../tensor/onnx/with-fields.js'

/** The name of a tensor with the index of the class token. */
const classTokenIndex = 'shotboard.class_token'

/**
 * Speeds up a vision transformer whose output depends on the class token alone: after its last attention, it computes only
 * that token. Exported models compute the last block's MLP for all tokens and then drop the others. Tokens do not mix there,
 * so the output is the same to the bit. Models that use all tokens, for example to pool them, are returned unchanged, and
 * so are models with half-precision or 8-bit weights.
 */
export function keepClassToken(model: OnnxModel): OnnxModel {
  const { graph } = model
  const topology = topologyOf(graph)
  const tokens = tokenValues(topology)
  const narrow = narrowNodes(topology, tokens)
  const narrowValues = new Set([...narrow].flatMap(({ output }) => output))
  const wide = new Set(
    [...narrow]
      .flatMap(({ input }) => input)
      .filter((value) => tokens.has(value) && !narrowValues.has(value)),
  )
  // Values that attention reads too have several tokens. After an attention that pools there is only one anyway.
  const hasSeveralTokens = [...wide].some((value) =>
    topology.consumers(value).some((reader) => !narrow.has(reader)),
  )
  if (!hasSeveralTokens || ![...narrow].some(({ opType }) => opType === 'MatMul')) return model
  const nodes = graph.node.flatMap((each) => {
    const picks = each.output.filter((value) => wide.has(value)).map(pickNode)
    const input = each.input.map((value) => (wide.has(value) ? classTokenOf(value) : value))
    return [narrow.has(each) ? withFields(each, { input }) : each, ...picks]
  })
  return withGraph(model, {
    node: nodes,
    initializer: [...graph.initializer, integerTensor(classTokenIndex, [0])],
    // Their declared shapes are no longer right.
    valueInfo: graph.valueInfo.filter(({ name }) => !narrowValues.has(name)),
  })
}

const classTokenOf = (value: string): string => `${value}.class_token`

/** [N, tokens, width] to [N, 1, width]. */
const pickNode = (value: string): NodeProto =>
  create(
    NodeProtoSchema,
    node('Gather', {
      inputs: [value, classTokenIndex],
      output: classTokenOf(value),
      attributes: { axis: 1 },
    }),
  )

/** The nodes that compute each token alone and of whose results only the class token's is used. */
function narrowNodes(topology: Topology, tokens: ReadonlySet<string>): Set<NodeProto> {
  const narrow = new Set<NodeProto>()
  const outputs = new Set(topology.graph.output.map(({ name }) => name))
  for (const each of topology.graph.node.toReversed()) {
    const [value = '', ...others] = each.output
    const readers = topology.consumers(value)
    if (others.length > 0 || outputs.has(value) || readers.length === 0) continue
    if (!readers.every((reader) => narrow.has(reader) || picksClassToken(topology, reader))) continue
    if (tokens.has(value) && isPerToken(topology, tokens, each)) narrow.add(each)
  }
  return narrow
}

/** Whether a node picks the first token of each image: [N, tokens, width] → [N, width]. */
export function picksClassToken(topology: Topology, { opType, input, attribute }: NodeProto): boolean {
  const index = topology.tensor(input[1] ?? '')
  const axis = attribute.find(({ name }) => name === 'axis')?.i
  const isNumber = index?.dims.length === 0 && index.dataType === TensorProto_DataType.INT64
  return opType === 'Gather' && axis === 1n && isNumber && integersOf(index)[0] === 0
}

const elementwise = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sqrt', 'Cast', 'Identity'],
  ...['Relu', 'Sigmoid', 'Tanh', 'Erf', 'Gelu'],
])

function isPerToken(
  topology: Topology,
  tokens: ReadonlySet<string>,
  { opType, input, attribute }: NodeProto,
): boolean {
  const [x = '', ...parameters] = input
  switch (opType) {
    case 'MatMul':
      // In half precision, ONNX Runtime uses another kernel for one row, which rounds differently.
      return parameters.every(
        (each) =>
          constantShape(topology, each)?.length === 2 &&
          elementTypeOf(topology, each) === TensorProto_DataType.FLOAT,
      )
    case 'LayerNormalization':
      return attribute.some(({ name, i }) => name === 'axis' && i === -1n) && tokens.has(x)
    case 'ReduceMean': {
      const axes = attribute.find(({ name }) => name === 'axes')?.ints.join()
      return axes === '-1' && !attribute.some(({ name, i }) => name === 'keepdims' && i === 0n)
    }
    default:
      return elementwise.has(opType) && input.every((each) => isShared(topology, each) || tokens.has(each))
  }
}

/** Whether a value is shared by all tokens: a number, or a vector of the tokens' width. */
function isShared(topology: Topology, value: string): boolean {
  const declared = topology.graph.input.find(({ name }) => name === value)?.type?.value
  if (topology.isInput(value)) {
    const shape = declared?.case === 'tensorType' ? declared.value.shape : undefined
    return shape !== undefined && shape.dim.length <= 1
  }
  const tensor = topology.tensor(value)
  if (tensor) return tensor.dims.length <= 1
  const producer = topology.producer(value)
  return (
    producer !== undefined &&
    elementwise.has(producer.opType) &&
    producer.input.every((each) => isShared(topology, each))
  )
}

/** Operators in a transformer block whose result is a vector for each token. */
const tokenOperators = new Set([
  ...['MatMul', 'FusedMatMul', 'Reshape', 'Transpose', 'Concat', 'LayerNormalization', 'ReduceMean'],
  ...['MultiHeadAttention', 'Attention'],
])

/** The values that are known to be a vector for each token. Results of unknown operators are not. */
function tokenValues({ graph, isConstant }: Topology): ReadonlySet<string> {
  const known = new Set<string>()
  for (const { opType, input, output } of graph.node) {
    const isPassedOn = elementwise.has(opType) && input.some((value) => known.has(value))
    if (!tokenOperators.has(opType) && !isPassedOn) continue
    for (const value of output) if (!isConstant(value)) known.add(value)
  }
  return known
}
