import type { NodeProto } from '../../tensor/onnx/onnx_pb.js'
import { constantShape } from '../../tensor/onnx/tensors.js'
import { branchBetween, originOf, type Topology } from '../../tensor/onnx/topology.js'

/** A pre-norm transformer block of an encoder's graph. */
export interface Block {
  /** The addition that ends the block: the residual stream after attention, plus the MLP's output. */
  readonly add: NodeProto
  /** Which input of that addition is the residual stream after attention. */
  readonly residual: 0 | 1
  /** The length of a token's vector; undefined if the graph does not tell. */
  readonly width: number | undefined
}

/**
 * Finds the transformer blocks of a graph by their structure, since names differ between exporters: `y = x +
 * attention(norm(x))`, `z = y + mlp(norm(y))`, where each block reads the one before. A residual is an addition of a value
 * and of a branch computed from that value alone. It is attention's if the branch has a norm and a Softmax, and an MLP's if
 * it has a norm, at least two matrices and no Softmax. Throws an error that describes what was found instead.
 */
export function findBlocks(topology: Topology): readonly Block[] {
  const residuals = topology.graph.node.flatMap((node) => residualOf(topology, node) ?? [])
  const attentions = residuals.filter(({ kind }) => kind === 'attention')
  const mlps = residuals.filter(({ kind }) => kind === 'mlp')

  const pairs = mlps.flatMap((mlp) => {
    const attention = attentions.find(({ node }) => node.output[0] === mlp.from)
    return attention ? [{ attention, mlp }] : []
  })
  if (pairs.length === 0) {
    throw new Error(
      'no transformer block was found: looked for additions y = x + attention(norm(x)), with a Softmax, each followed ' +
        `by z = y + MLP(norm(y)); found ${attentions.length} of the first kind and ${mlps.length} of the second`,
    )
  }
  for (const [i, { attention }] of pairs.entries()) {
    const before = pairs[i - 1]
    if (before && attention.from !== before.mlp.node.output[0]) {
      throw new Error(
        `its ${pairs.length} transformer blocks are not a chain: block ${i} does not read the output of block ${i - 1}, ` +
          'so there is not one residual stream',
      )
    }
  }
  return pairs.map(({ mlp: { node, residual, width } }) => ({ add: node, residual, width }))
}

interface Residual {
  readonly kind: 'attention' | 'mlp'
  readonly node: NodeProto
  /** The value that the branch reads and is added to. */
  readonly from: string
  readonly residual: 0 | 1
  readonly width: number | undefined
}

const attentionOperators = new Set(['Softmax', 'Attention', 'MultiHeadAttention', 'GroupQueryAttention'])
const normOperators = new Set([
  'LayerNormalization',
  'SimplifiedLayerNormalization',
  'RMSNormalization',
  'ReduceMean',
])
const matrixOperators = new Set([
  'MatMul',
  'Gemm',
  'MatMulInteger',
  'QLinearMatMul',
  'MatMulNBits',
  'FusedMatMul',
])

function residualOf(topology: Topology, node: NodeProto): Residual | undefined {
  const [a, b] = node.input
  if (node.opType !== 'Add' || a === undefined || b === undefined) return undefined
  if (topology.isConstant(a) || topology.isConstant(b)) return undefined
  for (const [residual, carried, value] of [
    [0, a, b],
    [1, b, a],
  ] as const) {
    const from = originOf(topology, carried)
    const branch = branchBetween(topology, from, value)
    if (branch === undefined || !branch.some(({ opType }) => normOperators.has(opType))) continue
    const matrices = branch.filter(
      ({ opType, input }) =>
        matrixOperators.has(opType) && input.slice(1).some((each) => topology.isConstant(each)),
    )
    const attention = branch.some(({ opType }) => attentionOperators.has(opType))
    if (!attention && matrices.length < 2) continue
    return { kind: attention ? 'attention' : 'mlp', node, from, residual, width: widthOf(topology, matrices) }
  }
  return undefined
}

/** The length of a token's vector, from the shape of the branch's first matrix. The graph lists nodes in the order of computation. */
function widthOf(topology: Topology, matrices: readonly NodeProto[]): number | undefined {
  const first = topology.graph.node.find((node) => matrices.includes(node))
  const weight = first?.input.slice(1).find((input) => (constantShape(topology, input)?.length ?? 0) === 2)
  const shape = weight === undefined ? undefined : constantShape(topology, weight)
  const transposed = first?.attribute.some(({ name, i }) => name === 'transB' && i === 1n)
  return shape?.[transposed ? 1 : 0]
}
