import { open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { errors } from '../errors.js'
import { node } from '../tensor/onnx/graph.js'
import { withOutput } from '../tensor/onnx/live.js'
import { type OnnxModel, withGraph } from '../tensor/onnx/model.js'
import {
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from '../tensor/onnx/onnx_pb.js'
import { readOnnxGraph } from '../tensor/onnx/read-graph.js'
import { elementTypeOf, floatTensor } from '../tensor/onnx/tensors.js'
import { topologyOf } from '../tensor/onnx/topology.js'
import { withFields } from '../tensor/onnx/with-fields.js'
import { readAdapter } from './adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from './adapters/attach.js'
import { stripAdapters } from './adapters/strip-adapters.js'
import { graphFile } from './graph-file.js'
import { keepClassToken } from './keep-class-token.js'
import type { ModelFolder } from './manifest.js'
import { withOwnCopy } from './own-copy.js'

/** An image tower's graph with all its weights, to be part of another model. */
export interface VisionGraph {
  /** The name of its input: normalised pixels, [batch, 3, size, size]. */
  readonly input: string
  /** By space, the value with its features, [batch, d], in float32 and not of unit length. */
  readonly outputs: Readonly<Record<'clip' | 'imo', string | undefined>>
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
  readonly opsets: readonly { readonly domain: string; readonly version: bigint }[]
  readonly irVersion: bigint
}

/**
 * The graph of a model's image tower without adapters, with them, or both, which then share their weights. Throws INVALID_MODEL,
 * INVALID_ADAPTER or MODEL_CHANGED.
 */
export const visionGraph = (model: ModelFolder, spaces: ReadonlySet<'clip' | 'imo'>): Promise<VisionGraph> =>
  withOwnCopy(model, (copy) => read(copy, spaces), 'image tower')

async function read(model: ModelFolder, spaces: ReadonlySet<'clip' | 'imo'>): Promise<VisionGraph> {
  const { vision } = model.manifest
  const file = graphFile(model, vision)
  const parts: { readonly space: 'clip' | 'imo'; readonly tower: OnnxModel }[] = []
  if (spaces.has('clip')) parts.push({ space: 'clip', tower: await plainTower(model, file) })
  if (spaces.has('imo')) parts.push({ space: 'imo', tower: await adaptedTower(model, file) })
  const [first] = parts
  if (!first) throw new Error('there is no space to read')
  const initializers = new Map<string, TensorProto>()
  const outputs: Record<'clip' | 'imo', string | undefined> = { clip: undefined, imo: undefined }
  const nodes: NodeProto[] = []
  for (const { space, tower } of parts) {
    const { graph } = keepClassToken(withOutput(tower, vision.outputs))
    const shared = new Set([vision.input, ...graph.initializer.map(({ name }) => name)])
    const rename = (name: string) => (name === '' || shared.has(name) ? name : `${space}/${name}`)
    nodes.push(...graph.node.map((each) => renamed(each, rename)))
    for (const tensor of graph.initializer) initializers.set(tensor.name, tensor)
    const output = graph.output[0]?.name
    if (output === undefined) throw errors.invalidModel({ file, reason: 'it has no output' })
    const type = elementTypeOf(topologyOf(graph), output)
    const isWide = type === undefined || type === TensorProto_DataType.FLOAT
    outputs[space] = isWide ? rename(output) : `${space}/features in float32`
    if (!isWide) nodes.push(castToFloat(rename(output), `${space}/features in float32`))
  }
  // The weights of a file that is a link lie beside the file itself.
  const folder = dirname(first.tower.file)
  return {
    ...{ input: vision.input, outputs, nodes },
    initializers: await Promise.all([...initializers.values()].map((tensor) => withBytes(tensor, folder))),
    opsets: first.tower.proto.opsetImport.map(({ domain, version }) => ({ domain, version })),
    irVersion: first.tower.proto.irVersion,
  }
}

const plainTower = async ({ manifest }: ModelFolder, file: string): Promise<OnnxModel> =>
  stripAdapters(await readOnnxGraph(file), manifest.vision.scaleInput)

/** The tower with its adapters at their scale, which is a constant. */
async function adaptedTower({ folder, manifest }: ModelFolder, file: string): Promise<OnnxModel> {
  const { vision, adapter } = manifest
  if (!adapter) throw errors.spaceNotAvailable({ space: 'imo', encoder: manifest.id })
  if (!('file' in adapter))
    return withScale(await readOnnxGraph(file), vision.scaleInput ?? '', adapter.scale)
  const attached = await readAdapter(resolve(folder, adapter.file))
  const model = stripAdapters(await readOnnxGraph(file), vision.scaleInput)
  attachAdapter(model, attached)
  return withScale(model, adapterScaleInput, attached.scale)
}

function withScale(model: OnnxModel, input: string, scale: number): OnnxModel {
  const { graph } = model
  return withGraph(model, {
    input: graph.input.filter(({ name }) => name !== input),
    initializer: [...graph.initializer, floatTensor(input, [1], Float32Array.of(scale))],
  })
}

/** A node with other names of values, also in the bodies of an If or a Loop. */
function renamed(each: NodeProto, rename: (name: string) => string): NodeProto {
  if (each.attribute.some(({ g, graphs }) => g || graphs.length > 0)) {
    throw errors.exportNotPossible({
      what: 'encoder',
      reason: `its graph has the operator ${each.opType}, whose parts cannot be renamed. Export the head alone`,
    })
  }
  return withFields(each, {
    name: rename(each.name),
    input: each.input.map(rename),
    output: each.output.map(rename),
  })
}

const castToFloat = (input: string, output: string): NodeProto =>
  create(
    NodeProtoSchema,
    node('Cast', { inputs: [input], output, attributes: { to: TensorProto_DataType.FLOAT } }),
  )

/** The tensor with its bytes, where it refers to a file. */
async function withBytes(tensor: TensorProto, folder: string): Promise<TensorProto> {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return tensor
  const of = (key: string) => tensor.externalData.find((entry) => entry.key === key)?.value
  const file = await open(join(folder, of('location') ?? ''))
  try {
    const from = Number(of('offset') ?? 0)
    const length = of('length')
    const size = length === undefined ? (await file.stat()).size - from : Number(length)
    const rawData = new Uint8Array(size)
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(rawData, done, Math.min(size - done, 2 ** 30), from + done)
      if (bytesRead === 0) throw new Error(`${of('location')} ends within the weights`)
      done += bytesRead
    }
    return withFields(tensor, {
      rawData,
      externalData: [],
      dataLocation: TensorProto_DataLocation.DEFAULT,
    })
  } finally {
    await file.close()
  }
}
