import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type ValueInfoProtoSchema,
} from './onnx_pb.js'

type Dimension = number | string
type Attribute = number | readonly number[] | { readonly float: number } | { readonly string: string }

export interface NodeOptions {
  readonly inputs: readonly string[]
  readonly output: string
  /** A number becomes an int attribute, a list ints; write a float as `{ float: 0.5 }`, a string as `{ string: 'add' }`. */
  readonly attributes?: Readonly<Record<string, Attribute>>
}

/** A tensor's shape. A dimension that varies from run to run has a name. */
export type Shape = readonly Dimension[]

/** Element types, for the operator Cast. */
export const elementType = {
  float: TensorProto_DataType.FLOAT,
  double: TensorProto_DataType.DOUBLE,
} as const

/** One operator of the standard ONNX set. */
export function node(operator: string, { inputs, output, attributes = {} }: NodeOptions) {
  return {
    opType: operator,
    name: output,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  } satisfies MessageInitShape<typeof NodeProtoSchema>
}

/** An int64 vector stored in the graph, such as a shape or axes. */
export interface IntegerConstant {
  readonly name: string
  readonly values: readonly number[]
}

/** The bytes of an ONNX model (opset 18) with these nodes. Inputs and outputs are float32, or all of another type. */
export function graph(options: {
  readonly type?: keyof typeof elementType
  readonly inputs: Readonly<Record<string, Shape>>
  readonly outputs: Readonly<Record<string, Shape>>
  readonly nodes: readonly ReturnType<typeof node>[]
  readonly constants?: readonly IntegerConstant[]
}): Uint8Array {
  const info = (value: [string, Shape]) => valueInfo(value, options.type)
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'shotboard',
    opsetImport: [{ domain: '', version: 18n }],
    graph: {
      name: 'kernel',
      node: [...options.nodes],
      input: Object.entries(options.inputs).map(info),
      output: Object.entries(options.outputs).map(info),
      initializer: (options.constants ?? []).map(({ name, values }) => ({
        name,
        dataType: TensorProto_DataType.INT64,
        dims: [BigInt(values.length)],
        int64Data: values.map(BigInt),
      })),
    },
  })
  return toBinary(ModelProtoSchema, model)
}

function attribute(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) }
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float }
  if ('string' in value)
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.string) }
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) }
}

/** An input or output of a graph: a tensor with that name and shape. */
export function valueInfo(
  [name, shape]: [string, Shape],
  type: keyof typeof elementType = 'float',
): MessageInitShape<typeof ValueInfoProtoSchema> {
  return {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: elementType[type],
          shape: {
            dim: shape.map((dimension) => ({
              value:
                typeof dimension === 'string'
                  ? { case: 'dimParam' as const, value: dimension }
                  : { case: 'dimValue' as const, value: BigInt(dimension) },
            })),
          },
        },
      },
    },
  }
}
