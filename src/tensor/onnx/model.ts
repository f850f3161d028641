import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { OpenOptions, Runtime, Session } from '../runtime.js'
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from './onnx_pb.js'
import { withFields } from './with-fields.js'

/** An ONNX model read from its file. Its weights are views of the file's bytes, not copies. */
export interface OnnxModel {
  readonly file: string
  readonly proto: ModelProto
  readonly graph: GraphProto
  /** The bytes that the views look at. */
  readonly bytes: Uint8Array
}

/** Reads an ONNX model. Throws what the file system or the decoder says of a file that is none. */
export async function readOnnxModel(file: string): Promise<OnnxModel> {
  return parseOnnxModel(await readFile(file), file)
}

/** The model in the bytes of a file. */
export function parseOnnxModel(bytes: Uint8Array, file = ''): OnnxModel {
  const proto = fromBinary(ModelProtoSchema, bytes)
  if (proto.graph === undefined) throw new Error('it holds no graph')
  return { file, proto, graph: proto.graph, bytes }
}

/** Smaller tensors stay within the graph: shapes and scalars that the runtime's optimiser wants to see. */
export const leastExternal = 4096

/**
 * The model, as it now is, for a runtime: its graph, with every large weight a reference to where it lies in the file it
 * was read from. A graph can so be rewritten without a second copy of its weights, in memory or on disk. Open it with
 * `weightsFolder`.
 */
export function graphOverFile({ proto, graph, file, bytes }: OnnxModel): {
  readonly model: Uint8Array
  readonly weightsFolder: string
} {
  const location = basename(file)
  const initializer = graph.initializer.map((tensor): TensorProto => {
    const { rawData, name, dims, dataType } = tensor
    if (rawData.buffer !== bytes.buffer || rawData.length < leastExternal) return tensor
    const offset = rawData.byteOffset - bytes.byteOffset
    return create(TensorProtoSchema, {
      name,
      dims,
      dataType,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: location },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(rawData.length) },
      ],
    })
  })
  const model = toBinary(ModelProtoSchema, { ...proto, graph: { ...graph, initializer } })
  return { model, weightsFolder: dirname(file) }
}

/** The model with parts of its graph replaced; the given one stays as it is. */
export function withGraph(model: OnnxModel, parts: Partial<GraphProto>): OnnxModel {
  const graph = withFields(model.graph, parts)
  return { ...model, graph, proto: withFields(model.proto, { graph }) }
}

/** Opens a model that was rewritten, over the weights in its file. */
export function openModel(
  runtime: Runtime,
  model: OnnxModel,
  options: Omit<OpenOptions, 'weightsFolder'> = {},
): Promise<Session> {
  const { model: bytes, weightsFolder } = graphOverFile(model)
  return runtime.open(bytes, { ...options, weightsFolder })
}
