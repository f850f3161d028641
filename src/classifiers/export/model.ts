import { create, toBinary } from '@bufbuild/protobuf'
import { type Shape, valueInfo } from '../../tensor/onnx/graph.js'
import {
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  ValueInfoProtoSchema,
} from '../../tensor/onnx/onnx_pb.js'

/** The oldest opset that the operators of a head mean the same in, and the one of a head by itself. */
export const minOpset = 13
export const headOpset = 17

/** A graph to be written as a model. */
export interface WrittenGraph {
  readonly inputs: Readonly<Record<string, Shape>>
  readonly outputs: Readonly<Record<string, Shape>>
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
  readonly opsets?: readonly { readonly domain: string; readonly version: bigint }[]
  readonly irVersion?: bigint
  readonly metadata?: Readonly<Record<string, string>>
}

/** The bytes of an ONNX model. */
export function modelBytes({
  inputs,
  outputs,
  nodes,
  initializers,
  opsets = [{ domain: '', version: BigInt(headOpset) }],
  irVersion = 8n,
  metadata = {},
}: WrittenGraph): Uint8Array {
  const described = (shapes: Readonly<Record<string, Shape>>) =>
    Object.entries(shapes).map((each) => create(ValueInfoProtoSchema, valueInfo(each)))
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      producerName: 'shotboard',
      opsetImport: opsets.map(({ domain, version }) => ({ domain, version })),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: 'classifier',
        node: [...nodes],
        initializer: [...initializers],
        input: described(inputs),
        output: described(outputs),
      },
    }),
  )
}
