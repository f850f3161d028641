import { create } from '@bufbuild/protobuf'
import { findBlocks } from '../encoders/adapters/find-blocks.js'
import { errors, reasonOf } from '../errors.js'
import { valueInfo } from '../tensor/onnx/graph.js'
import { type OnnxModel, withGraph } from '../tensor/onnx/model.js'
import { type NodeProto, ValueInfoProtoSchema } from '../tensor/onnx/onnx_pb.js'
import { floatTensor, integerTensor } from '../tensor/onnx/tensors.js'
import { type Topology, topologyOf } from '../tensor/onnx/topology.js'
import { withFields } from '../tensor/onnx/with-fields.js'
import type { Runtime, Tensor } from '../tensor/runtime.js'
import { type Facts, observe, output } from './gradient/observe.js'
import { interpolateSquare } from './interpolate.js'

/** The side of an image tower's patches, in pixels. Throws IMAGE_SIZE_FIXED if its tokens are not a square of patches. */
export async function patchSize(
  runtime: Runtime,
  model: OnnxModel,
  pixels: string,
  imageSize: number,
): Promise<number> {
  const tokens = await tokensOf(runtime, model, { [pixels]: blank(imageSize) }, streamOf(model))
  const grid = gridOf(tokens, imageSize, imageSize)
  if (grid === undefined) {
    throw errors.imageSizeFixed({ size: imageSize, reason: `its ${tokens} tokens are not a square grid` })
  }
  return imageSize / grid.from
}

export interface ResizeOptions {
  /** The name of the graph's input of pixels. */
  readonly pixels: string
  /** The sides of the images that the graph takes, in pixels: now, and in the result. */
  readonly from: number
  readonly to: number
}

/**
 * Changes an image tower to take images of another size: interpolates its position embeddings (`interpolateSquare`), and
 * corrects the constant shapes that contain the number of tokens. Throws IMAGE_SIZE_FIXED if the graph's structure is not
 * understood, or if it does not run at that size.
 */
export async function withImageSize(
  runtime: Runtime,
  model: OnnxModel,
  { pixels, from, to }: ResizeOptions,
): Promise<OnnxModel> {
  const topology = topologyOf(model.graph)
  const fixed = (reason: string) => errors.imageSizeFixed({ size: to, reason })
  const reshapes = model.graph.node.filter(({ opType }) => opType === 'Reshape' || opType === 'Expand')
  const sums = constantSums(topology)
  const facts = await observe(
    runtime,
    model,
    { [pixels]: blank(from) },
    {
      tensors: [...reshapes, ...sums.map(({ node }) => node)].map(({ output }) => output[0] ?? ''),
      integers: reshapes.map(({ input }) => input[1] ?? '').filter((shape) => topology.isConstant(shape)),
      floats: sums.map(({ constant }) => constant),
    },
  )
  const stream = streamOf(model)
  const tokens = await tokensOf(runtime, model, { [pixels]: blank(from) }, stream)
  const grid = gridOf(tokens, from, to)
  if (grid === undefined)
    throw fixed(`${tokens} tokens of ${from} pixels are not a square grid that ${to} pixels fit`)

  const positions = sums.find(({ node, constant }) => {
    const [count, width] = facts.shapes.get(node.output[0] ?? '')?.slice(-2) ?? []
    return count === tokens && facts.floats.get(constant)?.length === tokens * (width ?? 0)
  })
  if (positions === undefined) throw fixed('no position embeddings are added to its tokens')
  const table = facts.floats.get(positions.constant) ?? new Float32Array()
  const resized = resizeTable(table, grid, table.length / tokens)

  const shapes = new Map(
    reshapes.flatMap((node) => {
      const changed = resizedShape(node, facts, grid)
      return changed ? [[node, changed] as const] : []
    }),
  )
  const nodes = model.graph.node.map((node): NodeProto => {
    if (node === positions.node) {
      const input = node.input.map((name) => (name === positions.constant ? positionsName : name))
      return withFields(node, { input })
    }
    return shapes.has(node) ? withFields(node, { input: [node.input[0] ?? '', shapeName(node)] }) : node
  })
  const result = withGraph(model, {
    node: nodes,
    input: model.graph.input.map((each) =>
      each.name === pixels ? create(ValueInfoProtoSchema, valueInfo([pixels, ['batch', 3, to, to]])) : each,
    ),
    initializer: [
      ...model.graph.initializer,
      floatTensor(positionsName, [1, grid.extra + grid.to ** 2, table.length / tokens], resized),
      ...Array.from(shapes, ([node, shape]) => integerTensor(shapeName(node), shape)),
    ],
    // The exported shapes of intermediate values are no longer right.
    valueInfo: [],
    output: model.graph.output.map(({ name }) => output(name)),
  })
  const newTokens = await tokensOf(runtime, result, { [pixels]: blank(to) }, stream).catch(
    (error: unknown) => {
      throw fixed(reasonOf(error))
    },
  )
  if (newTokens !== grid.extra + grid.to ** 2) throw fixed(`it makes ${newTokens} tokens of it`)
  return result
}

const positionsName = 'shotboard.positions'
const shapeName = ({ output }: NodeProto): string => `shotboard.shape.${output[0]}`

const blank = (size: number): Tensor => ({
  type: 'float32',
  dims: [1, 3, size, size],
  data: new Float32Array(3 * size ** 2),
})

/** The nodes that add a constant to a value. */
function constantSums(topology: Topology): { readonly node: NodeProto; readonly constant: string }[] {
  return topology.graph.node.flatMap((node) => {
    if (node.opType !== 'Add') return []
    const constants = node.input.filter((name) => topology.isConstant(name))
    const [constant] = constants
    return constants.length === 1 && constant !== undefined ? [{ node, constant }] : []
  })
}

/** The residual stream in the first block: [images, tokens, width]; in open_clip [tokens, images, width]. */
function streamOf({ graph }: OnnxModel): string {
  const [block] = findBlocks(topologyOf(graph))
  return block?.add.input[block.residual] ?? ''
}

async function tokensOf(
  runtime: Runtime,
  model: OnnxModel,
  feeds: Readonly<Record<string, Tensor>>,
  stream: string,
): Promise<number> {
  const { shapes } = await observe(runtime, model, feeds, { tensors: [stream] })
  return shapes.get(stream)?.at(-2) ?? 0
}

/** An image's tokens: perhaps an extra one for the class, and a square of `from`² patches, later `to`². */
interface Grid {
  readonly extra: number
  readonly from: number
  readonly to: number
}

function gridOf(tokens: number, fromPixels: number, toPixels: number): Grid | undefined {
  for (const extra of [0, 1]) {
    const from = Math.sqrt(tokens - extra)
    const to = toPixels / (fromPixels / from)
    if (Number.isInteger(from) && Number.isInteger(to) && to > 0) return { extra, from, to }
  }
  return undefined
}

function resizeTable(table: Float32Array, { extra, from, to }: Grid, width: number): Float32Array {
  const extraRows = table.subarray(0, extra * width)
  const resized = interpolateSquare(table.subarray(extra * width), from, to, width)
  const result = new Float32Array(extraRows.length + resized.length)
  result.set(extraRows)
  result.set(resized, extraRows.length)
  return result
}

/** The constant shape of a Reshape or Expand with the new number of tokens or patches; undefined if it has neither. */
function resizedShape(node: NodeProto, { shapes, integers }: Facts, grid: Grid): number[] | undefined {
  const [shape, result] = [integers.get(node.input[1] ?? ''), shapes.get(node.output[0] ?? '')]
  if (shape === undefined || result === undefined) return undefined
  const counts = new Map([
    [grid.from ** 2, grid.to ** 2],
    [grid.extra + grid.from ** 2, grid.extra + grid.to ** 2],
  ])
  const changed = shape.map((size, axis) => (size === result[axis] ? (counts.get(size) ?? size) : size))
  return changed.some((size, axis) => size !== shape[axis]) ? changed : undefined
}
