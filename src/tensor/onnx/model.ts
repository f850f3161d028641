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

/** An ONNX model read from a file. Its weights are views of the file's bytes, not copies. */
export interface OnnxModel {
  readonly file: string
  readonly proto: ModelProto
  readonly graph: GraphProto
  /** The file's bytes. */
  readonly bytes: Uint8Array
}

/** Reads an ONNX model. Throws the error of the file system or of the protobuf decoder. */
export async function readOnnxModel(file: string): Promise<OnnxModel> {
  return parseOnnxModel(await readFile(file), file)
}

/** Parses the bytes of an ONNX file. Throws the decoder's error, or an error if the model has no graph. */
export function parseOnnxModel(bytes: Uint8Array, file = ''): OnnxModel {
  const proto = fromBinary(ModelProtoSchema, bytes)
  if (proto.graph === undefined) throw new Error('it has no graph')
  return { file, proto, graph: proto.graph, bytes }
}

/** Smaller tensors stay in the graph: they are shapes and scalars, which ONNX Runtime's optimiser reads. */
export const minExternalBytes = 4096

/**
 * The bytes of a model in which every large weight is a reference into the file that the model was read from, in
 * `weightsFolder`. So a rewritten graph can be opened without a second copy of its weights in memory or on disk.
 */
export function graphOverFile({ proto, graph, file, bytes }: OnnxModel): {
  readonly model: Uint8Array
  readonly weightsFolder: string
} {
  const location = basename(file)
  const initializer = graph.initializer.map((tensor): TensorProto => {
    const { rawData, name, dims, dataType } = tensor
    if (rawData.buffer !== bytes.buffer || rawData.length < minExternalBytes) return tensor
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

/** A copy of the model with parts of its graph replaced. The model itself does not change. */
export function withGraph(model: OnnxModel, parts: Partial<GraphProto>): OnnxModel {
  const graph = withFields(model.graph, parts)
  return { ...model, graph, proto: withFields(model.proto, { graph }) }
}

/** Opens a model that may have been rewritten, with the weights from its file. Throws ONNX Runtime's error. */
export function openModel(
  runtime: Runtime,
  model: OnnxModel,
  options: Omit<OpenOptions, 'weightsFolder'> = {},
): Promise<Session> {
  const { model: bytes, weightsFolder } = graphOverFile(model)
  return runtime.open(bytes, { ...options, weightsFolder })
}
