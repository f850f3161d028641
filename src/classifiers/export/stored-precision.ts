import { create } from '@bufbuild/protobuf'
import type { Precision } from '../../encoders/manifest.js'
import { node } from '../../tensor/onnx/graph.js'
import {
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from '../../tensor/onnx/onnx_pb.js'
import { floatTensor } from '../../tensor/onnx/tensors.js'
import { withFields } from '../../tensor/onnx/with-fields.js'

/** Smaller tensors are shapes, scalars and biases: storing them in less saves nothing. */
const minElements = 4096

/**
 * Stores the large weights of a graph in half precision, or in 8 bits with a scale for each channel. They become float32 again
 * when the model is opened, so the arithmetic stays in float32: the file is smaller, and no operator needs to know.
 */
export function storedIn(
  precision: Precision,
  initializers: readonly TensorProto[],
): { readonly nodes: readonly NodeProto[]; readonly initializers: readonly TensorProto[] } {
  if (precision === 'fp32') return { nodes: [], initializers }
  const nodes: NodeProto[] = []
  const stored = initializers.flatMap((tensor): TensorProto[] => {
    const values = floatsOf(tensor)
    if (values === undefined || values.length < minElements) return [tensor]
    const name = `${tensor.name} in ${precision}`
    const isHalf = tensor.dataType === TensorProto_DataType.FLOAT16
    if (precision === 'fp16') {
      if (isHalf) return [tensor]
      nodes.push(created('Cast', [name], tensor.name, { to: TensorProto_DataType.FLOAT }))
      return [halfTensor(name, tensor, values)]
    }
    if (tensor.dims.length < 2) return [tensor]
    const scales = `${name}: scales`
    const wide = isHalf ? `${name}: values` : tensor.name
    nodes.push(created('DequantizeLinear', [name, scales], wide, { axis: channelAxis(tensor) }))
    if (isHalf) nodes.push(created('Cast', [wide], tensor.name, { to: TensorProto_DataType.FLOAT16 }))
    return byteTensors(name, scales, tensor, values)
  })
  return { nodes, initializers: stored }
}

/** The axis of the output channels: the last of a matrix, which is multiplied from the right, and the first of a convolution. */
const channelAxis = ({ dims }: TensorProto): number => (dims.length === 2 ? 1 : 0)

const created = (operator: string, inputs: string[], output: string, attributes: Record<string, number>) =>
  create(NodeProtoSchema, node(operator, { inputs, output, attributes }))

/** The values of a tensor in single or half precision; undefined for another type. */
function floatsOf({ dataType, rawData, floatData, int32Data }: TensorProto): Float32Array | undefined {
  if (dataType === TensorProto_DataType.FLOAT16) {
    const halves = rawData.length > 0 ? new Uint16Array(Uint8Array.from(rawData).buffer) : int32Data
    return Float32Array.from(halves, floatOf)
  }
  if (dataType !== TensorProto_DataType.FLOAT) return undefined
  return rawData.length > 0 ? new Float32Array(Uint8Array.from(rawData).buffer) : Float32Array.from(floatData)
}

function halfTensor(name: string, tensor: TensorProto, values: Float32Array): TensorProto {
  const halves = Uint16Array.from(values, halfOf)
  return withFields(tensor, {
    name,
    dataType: TensorProto_DataType.FLOAT16,
    rawData: new Uint8Array(halves.buffer),
    floatData: [],
  })
}

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)

/** The nearest number in half precision, ties to even, as its bits. */
export function halfOf(value: number): number {
  floats[0] = value
  const word = bits[0] as number
  const sign = (word >>> 16) & 0x8000
  const exponent = (word >>> 23) & 0xff
  const fraction = word & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0)
  const half = exponent - 112
  if (half >= 31) return sign | 0x7c00
  if (half < -10) return sign
  // Below the smallest normal number, the leading one is written out and shifted.
  const [mantissa, shift] = half <= 0 ? [fraction | 0x800000, 14 - half] : [fraction, 13]
  const kept = mantissa >>> shift
  const rest = mantissa & ((1 << shift) - 1)
  const middle = 1 << (shift - 1)
  const up = rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0
  // Rounding up may carry into the exponent, which is right.
  return sign | ((half <= 0 ? 0 : half << 10) + kept + up)
}

/** The number of half precision with these bits. */
export function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023]
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

/** Values from −127 to 127 and, for each channel, what they are multiplied by. */
function byteTensors(
  name: string,
  scalesName: string,
  tensor: TensorProto,
  values: Float32Array,
): TensorProto[] {
  const dims = tensor.dims.map(Number)
  const axis = channelAxis(tensor)
  const channels = dims[axis] as number
  const stride = dims.slice(axis + 1).reduce((product, size) => product * size, 1)
  const channelOf = (at: number) => Math.floor(at / stride) % channels
  const largest = new Float32Array(channels)
  for (const [at, value] of values.entries()) {
    const channel = channelOf(at)
    largest[channel] = Math.max(largest[channel] as number, Math.abs(value))
  }
  const scales = largest.map((each) => (each === 0 ? 1 : each / 127))
  const bytes = Int8Array.from(values, (value, at) => Math.round(value / (scales[channelOf(at)] as number)))
  return [
    create(TensorProtoSchema, {
      ...{ name, dims: tensor.dims, dataType: TensorProto_DataType.INT8 },
      rawData: new Uint8Array(bytes.buffer),
    }),
    floatTensor(scalesName, [channels], scales),
  ]
}
