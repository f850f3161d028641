import { create } from '@bufbuild/protobuf'
import { elementType, node } from '../tensor/onnx/graph.js'
import { livePart } from '../tensor/onnx/live.js'
import { type OnnxModel, withGraph } from '../tensor/onnx/model.js'
import {
  type AttributeProto,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from '../tensor/onnx/onnx_pb.js'
import { constantShape, elementTypeOf, floatsOf, integersOf } from '../tensor/onnx/tensors.js'
import { type Topology, topologyOf } from '../tensor/onnx/topology.js'
import { withFields } from '../tensor/onnx/with-fields.js'

/** Where ONNX Runtime keeps operators that ONNX has not. */
const domain = 'com.microsoft'

/**
 * The model with ONNX Runtime's one operator for attention in place of the dozen that exporters write: queries, keys and
 * values split into heads, `softmax(s·q·kᵀ)·v`, and the heads put together again. Its results are the same bit for bit, since
 * it multiplies and adds as those do. Found as current and older versions of transformers export it, in float32 and without a
 * mask; attention of another form stays as it is.
 */
export function fuseAttention(model: OnnxModel): OnnxModel {
  const topology = topologyOf(model.graph)
  const fused = new Map(
    model.graph.node.flatMap((each) => {
      const attention = attentionAround(topology, each)
      return attention ? [[attention.end, attentionNode(attention)] as const] : []
    }),
  )
  if (fused.size === 0) return model
  const nodes = model.graph.node.map((each) => fused.get(each) ?? each)
  const { graph, proto, ...rest } = withGraph(model, livePart(model.graph, nodes))
  const opsetImport = proto.opsetImport.some((set) => set.domain === domain)
    ? proto.opsetImport
    : [...proto.opsetImport, create(OperatorSetIdProtoSchema, { domain, version: 1n })]
  return { ...rest, graph, proto: withFields(proto, { opsetImport }) }
}

interface Attention {
  /** [N, tokens, width], before they are split into heads. */
  readonly queries: string
  readonly keys: string
  readonly values: string
  readonly heads: number
  /** What the products of queries and keys are multiplied with. */
  readonly scale: number
  /** The node that gives [N, tokens, width], the heads put together. */
  readonly end: NodeProto
}

function attentionNode({ queries, keys, values, heads, scale, end }: Attention): NodeProto {
  const output = end.output[0] ?? ''
  const attributes = { num_heads: heads, scale: { float: scale } }
  const made = node('MultiHeadAttention', { inputs: [queries, keys, values], output, attributes })
  // Asked for keys and values of each head as well, it takes one softmax over all tokens, as the graph does, where it
  // would else go by blocks of tokens and round otherwise.
  const asked = [output, `${output}.keys`, `${output}.values`]
  return create(NodeProtoSchema, { ...made, domain, output: asked })
}

/** The attention that a Softmax is the middle of. */
function attentionAround(topology: Topology, softmax: NodeProto): Attention | undefined {
  if (softmax.opType !== 'Softmax' || !softmax.attribute.some(isLastAxis)) return undefined
  const scaled = scaledProduct(topology, softmax.input[0] ?? '')
  const weighted = onlyReader(topology, softmax.output[0] ?? '')
  if (scaled === undefined || weighted?.opType !== 'MatMul') return undefined
  const [queries, keys, values] = [
    splitHeads(topology, scaled.queries, 'queries'),
    splitHeads(topology, scaled.keys, 'keys'),
    splitHeads(topology, weighted.input[1] ?? '', 'queries'),
  ]
  const end = joinedHeads(topology, weighted)
  if (queries === undefined || keys === undefined || values === undefined || end === undefined)
    return undefined
  const size = values.headSize
  const width = widthOf(topology, values.source)
  if (width === undefined || width % size !== 0 || queries.headSize !== size || keys.headSize !== size)
    return undefined
  const sources = { queries: queries.source, keys: keys.source, values: values.source }
  if (Object.values(sources).some((each) => elementTypeOf(topology, each) !== elementType.float))
    return undefined
  return { ...sources, heads: width / size, scale: scaled.scale, end }
}

/** -1, or 3 where a head is an axis of its own. */
const isLastAxis = ({ name, i }: AttributeProto): boolean => name === 'axis' && (i === -1n || i === 3n)

/** `s·q·kᵀ`, the scale at the product, at the queries, at both sides, or nowhere. */
function scaledProduct(topology: Topology, value: string) {
  const product = unscaled(topology, value)
  const node = producerOf(topology, product.value)
  const [q, k] = node?.opType === 'MatMul' ? node.input : []
  if (q === undefined || k === undefined) return undefined
  const [queries, keys] = [unscaled(topology, q), unscaled(topology, k)]
  // Rounded after each step, as ONNX Runtime does when it puts these scales into the product itself.
  const scale = Math.fround(Math.fround(queries.scale * keys.scale) * product.scale)
  return { queries: queries.value, keys: keys.value, scale }
}

/** What was multiplied with a constant number, and that number. */
function unscaled(topology: Topology, value: string): { readonly value: string; readonly scale: number } {
  const last = producerOf(topology, value)
  const [from, by] = last?.opType === 'Mul' ? last.input : []
  const scale = scalarOf(topology, by ?? '')
  return from === undefined || scale === undefined ? { value, scale: 1 } : { value: from, scale }
}

/**
 * From where [N, heads, tokens, size] or [N·heads, tokens, size] was split off, which keys have with the last two axes
 * exchanged.
 */
function splitHeads(topology: Topology, value: string, of: 'queries' | 'keys') {
  const outer = producerOf(topology, value)
  const exchanged = of === 'keys' && ['0,1,3,2', '0,2,1'].includes(orderOf(outer))
  const merged = exchanged ? producerOf(topology, outer?.input[0] ?? '') : outer
  const split = merged?.opType === 'Reshape' ? producerOf(topology, merged.input[0] ?? '') : merged
  if (orderOf(split) !== (of === 'keys' && !exchanged ? '0,2,3,1' : '0,2,1,3')) return undefined
  const reshape = producerOf(topology, split?.input[0] ?? '')
  const [source] = reshape?.input ?? []
  const [, , , headSize] = shapeOf(topology, reshape, 4)
  return source !== undefined && headSize !== undefined && headSize > 0 ? { source, headSize } : undefined
}

/** The node after which the heads of `softmax·v` lie side by side in every token again. */
function joinedHeads(topology: Topology, weighted: NodeProto): NodeProto | undefined {
  const next = onlyReader(topology, weighted.output[0] ?? '')
  const exchange = next?.opType === 'Reshape' ? onlyReader(topology, next.output[0] ?? '') : next
  if (orderOf(exchange) !== '0,2,1,3') return undefined
  const end = onlyReader(topology, exchange?.output[0] ?? '')
  return shapeOf(topology, end, 3).length === 3 ? end : undefined
}

/** The length of a token's vector, told by the bias that was added to it last. */
function widthOf(topology: Topology, value: string): number | undefined {
  const last = producerOf(topology, value)
  if (last?.opType !== 'Add') return undefined
  const shapes = last.input.map((input) => constantShape(topology, input))
  return shapes.find((shape) => shape?.length === 1)?.[0]
}

/** What is known of the shape that a Reshape gives where it has that many axes; empty otherwise. */
function shapeOf(topology: Topology, reshape: NodeProto | undefined, axes: number): (number | undefined)[] {
  const [, value = ''] = reshape?.opType === 'Reshape' ? reshape.input : []
  const whole = topology.tensor(value)
  const parts = topology.producer(value)
  const shape = whole
    ? integersOf(whole)
    : parts?.opType === 'Concat'
      ? parts.input.map((part) => scalarOf(topology, part))
      : []
  return shape.length === axes ? shape : []
}

/** The order that a Transpose puts axes into. */
const orderOf = (transpose: NodeProto | undefined): string =>
  transpose?.opType === 'Transpose'
    ? (transpose.attribute.find(({ name }) => name === 'perm')?.ints.join() ?? '')
    : ''

/** A constant of one number. */
function scalarOf(topology: Topology, value: string): number | undefined {
  const tensor = topology.tensor(value)
  if (tensor === undefined || tensor.dims.some((size) => size !== 1n)) return undefined
  if (tensor.dataType === elementType.float) return floatsOf(tensor)[0]
  return tensor.dataType === elementType.int64 ? integersOf(tensor)[0] : undefined
}

/** The node that computes a value, seen through what changes nothing. */
function producerOf(topology: Topology, value: string): NodeProto | undefined {
  const producer = topology.producer(value)
  return producer && isIdle(producer) ? producerOf(topology, producer.input[0] ?? '') : producer
}

/** The node that reads a value where it is one, seen through what changes nothing. */
function onlyReader(topology: Topology, value: string): NodeProto | undefined {
  const [reader, another] = topology.consumers(value)
  if (reader === undefined || another !== undefined) return undefined
  return isIdle(reader) ? onlyReader(topology, reader.output[0] ?? '') : reader
}

/** Exporters cast what goes into a softmax to floats, floats or not. */
const isIdle = ({ opType, attribute }: NodeProto): boolean =>
  opType === 'Identity' || (opType === 'Cast' && attribute.some(({ i }) => i === BigInt(elementType.float)))
