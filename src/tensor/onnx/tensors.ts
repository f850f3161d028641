import { create } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from './onnx_pb.js'
import type { Topology } from './topology.js'

/** A float32 tensor for a graph's initializers. */
export function floatTensor(name: string, dims: readonly number[], data: Float32Array): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  })
}

/** An int64 vector for a graph's initializers, such as a shape or axes. */
export function integerTensor(name: string, values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: [BigInt(values.length)],
    dataType: TensorProto_DataType.INT64,
    int64Data: values.map(BigInt),
  })
}

/** The values of an int64 tensor. Throws an error for a tensor of another type. */
export function integersOf(tensor: TensorProto): number[] {
  if (tensor.dataType !== TensorProto_DataType.INT64) throw new Error(`tensor ${tensor.name} is not int64`)
  if (tensor.rawData.length === 0) return tensor.int64Data.map(Number)
  // Copied, since the bytes in the file need not be aligned to eight.
  return Array.from(new BigInt64Array(Uint8Array.from(tensor.rawData).buffer), Number)
}

/** The shape of a constant matrix, through transposes, casts and quantisation; undefined if the graph does not tell. */
export function constantShape(topology: Topology, value: string): number[] | undefined {
  const tensor = topology.tensor(value)
  if (tensor) return tensor.dims.map(Number)
  const producer = topology.producer(value)
  const [input] = producer?.input ?? []
  if (producer === undefined || input === undefined || !topology.isConstant(value)) return undefined
  const shape = constantShape(topology, input)
  switch (producer.opType) {
    case 'Identity':
    case 'Cast':
    case 'QuantizeLinear':
    case 'DequantizeLinear':
      return shape
    case 'Transpose': {
      const order = producer.attribute.find(({ name }) => name === 'perm')?.ints.map(Number)
      return order ? order.map((axis) => shape?.[axis] ?? 0) : shape?.toReversed()
    }
    default:
      return undefined
  }
}

const floating: ReadonlySet<number> = new Set([
  TensorProto_DataType.FLOAT,
  TensorProto_DataType.FLOAT16,
  TensorProto_DataType.BFLOAT16,
  TensorProto_DataType.DOUBLE,
])

/** The element type of a floating-point value of a graph; undefined if the graph does not tell. */
export function elementTypeOf(topology: Topology, value: string): TensorProto_DataType | undefined {
  const tensor = topology.tensor(value)
  if (tensor) return tensor.dataType
  const declared = [...topology.graph.input, ...topology.graph.valueInfo, ...topology.graph.output].find(
    ({ name }) => name === value,
  )?.type?.value
  if (declared?.case === 'tensorType') return declared.value.elemType
  const producer = topology.producer(value)
  if (producer === undefined) return undefined
  if (producer.opType === 'Cast') {
    const to = producer.attribute.find(
      ({ name, type }) => name === 'to' && type === AttributeProto_AttributeType.INT,
    )
    return to && Number(to.i)
  }
  // The type of a quantised weight is not that of the result; the type of its scale is.
  const sources = producer.input.slice(producer.opType === 'DequantizeLinear' ? 1 : 0)
  for (const input of sources) {
    const type = topology.tensor(input)?.dataType
    if (type !== undefined && floating.has(type)) return type
  }
  const [first] = sources
  return first === undefined ? undefined : elementTypeOf(topology, first)
}
