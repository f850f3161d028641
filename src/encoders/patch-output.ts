import { create } from '@bufbuild/protobuf'
import { node } from '../tensor/onnx/graph.js'
import { livePart, withOutput } from '../tensor/onnx/live.js'
import { type OnnxModel, withGraph } from '../tensor/onnx/model.js'
import {
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
} from '../tensor/onnx/onnx_pb.js'
import { constantShape, integersOf, integerTensor } from '../tensor/onnx/tensors.js'
import { branchBetween, type Topology, topologyOf } from '../tensor/onnx/topology.js'
import { withFields } from '../tensor/onnx/with-fields.js'
import { picksClassToken } from './keep-class-token.js'

/** The output of a graph that gives the features of patches itself: [N, P, d], where they can be compared with texts. */
export const patchOutput = 'patch_features'

/** The output of `withPatchOutput`: a row an image, [N, P·d]. */
export const patchRows = 'shotboard.patches'

/**
 * The model with the features of the P patches of each image as its only output, `patchRows`: those of its output
 * `patch_features`; or, in a vision transformer, what becomes of the other tokens on the way on which the class token becomes
 * the feature of the image, which is the last layer norm and the projection (CALIP, arXiv 2209.14169, and its code).
 * Undefined where the graph has neither. Where it pools all tokens into one first, there are no other tokens: P is 0. `outputs` are possible names of the output with the
 * features of images.
 */
export function withPatchOutput(model: OnnxModel, outputs: readonly string[]): OnnxModel | undefined {
  const has = (name: string) => model.graph.output.some((output) => output.name === name)
  if (has(patchOutput)) return withRows(withOutput(model, [patchOutput]), patchOutput, [])
  const output = outputs.find(has)
  if (output === undefined) return undefined
  const { graph } = model
  const topology = topologyOf(graph)
  const last = beforeUnitLength(topology, output)
  for (const pick of graph.node.filter((each) => picksClassToken(topology, each))) {
    const [picked = ''] = pick.output
    const way = branchBetween(topology, picked, last)
    if (way === undefined || (way.length === 0 && last !== picked)) continue
    if (!way.every((each) => isPerToken(topology, each))) continue
    return withRows(model, patchName(last), tokensOnTheWay(pick, new Set(way), graph.node))
  }
  return undefined
}

const patchName = (value: string): string => `${value}.of_patches`

/** The tokens but for the class token, and the nodes of the way again, for them. */
function tokensOnTheWay(
  pick: NodeProto,
  way: ReadonlySet<NodeProto>,
  order: readonly NodeProto[],
): NodeProto[] {
  const [tokens = ''] = pick.input
  const [picked = ''] = pick.output
  const renamed = new Map([...way].flatMap(({ output }) => output.map((name) => [name, patchName(name)])))
  renamed.set(picked, patchName(picked))
  const rename = (name: string): string => renamed.get(name) ?? name
  return [
    create(NodeProtoSchema, node('Slice', { inputs: [tokens, ...sliceNames], output: patchName(picked) })),
    ...order
      .filter((each) => way.has(each))
      .map((each) =>
        withFields(each, {
          name: patchName(each.name),
          input: each.input.map(rename),
          output: each.output.map(rename),
        }),
      ),
  ]
}

/** From the second token to the last. */
const slice = { starts: [1], ends: [2 ** 31 - 1], axes: [1] }
const sliceNames = Object.keys(slice).map((name) => `${patchRows}.${name}`)

/** The model with these nodes too, whose only output is `value`, [N, P, d], in rows. */
function withRows(model: OnnxModel, value: string, nodes: readonly NodeProto[]): OnnxModel {
  const flatten = create(
    NodeProtoSchema,
    node('Flatten', { inputs: [value], output: patchRows, attributes: { axis: 1 } }),
  )
  const { graph } = model
  const initializer = [
    ...graph.initializer,
    ...Object.values(slice).map((values, i) => integerTensor(sliceNames[i] as string, values)),
  ]
  const elemType = TensorProto_DataType.FLOAT
  const output = [
    create(ValueInfoProtoSchema, {
      name: patchRows,
      type: { value: { case: 'tensorType', value: { elemType } } },
    }),
  ]
  return withGraph(model, {
    output,
    ...livePart({ output, initializer }, [...graph.node, ...nodes, flatten]),
  })
}

/** The value before it is divided by its length, as some exports do at the end; otherwise the value itself. */
function beforeUnitLength(topology: Topology, value: string): string {
  const last = topology.producer(value)
  const [x = '', length = ''] = last?.input ?? []
  if (last?.opType !== 'Div') return value
  const way = branchBetween(topology, x, length)
  return way?.some(({ opType }) => opType === 'ReduceL2') ? x : value
}

const elementwise = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sqrt', 'Cast', 'Identity'],
  ...['Relu', 'Sigmoid', 'Tanh', 'Erf', 'Gelu'],
])

/** Whether a node that computes [N, k] of the class token computes the same of each token of [N, P, k]. */
function isPerToken(topology: Topology, { opType, input, attribute }: NodeProto): boolean {
  const axis = attribute.find(({ name }) => name === 'axis')?.i
  switch (opType) {
    case 'LayerNormalization':
      return axis === undefined || axis === -1n
    case 'MatMul':
      return input.slice(1).every((each) => constantShape(topology, each)?.length === 2)
    case 'ReduceMean': {
      const given = attribute.find(({ name }) => name === 'axes')?.ints.map(Number)
      const tensor = topology.tensor(input[1] ?? '')
      const axes = given ?? (tensor ? integersOf(tensor) : [])
      const keeps = !attribute.some(({ name, i }) => name === 'keepdims' && i === 0n)
      return axes.length === 1 && axes[0] === -1 && keeps
    }
    default:
      return (
        elementwise.has(opType) &&
        input.every((each) => !topology.isConstant(each) || (constantShape(topology, each)?.length ?? 2) <= 1)
      )
  }
}
