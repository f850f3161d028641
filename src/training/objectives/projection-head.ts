import { create } from '@bufbuild/protobuf'
import { operator } from '../../tensor/kernels.js'
import { type NodeProto, NodeProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { normal, type Parameter, zeros } from '../parameters.js'

export interface HeadShape {
  /** d, the length of a feature. */
  readonly dimensions: number
  /** The width of the two hidden layers. */
  readonly hidden: number
  /** The width of the last layer. */
  readonly bottleneck: number
  /** K, the number of prototypes. */
  readonly outputs: number
}

/** The name of the prototypes' weights, [K, bottleneck]. Only the directions of the rows matter. */
export const prototypes = 'head.prototypes.weight'

/** The head's initial weights: normal with deviation 0.02; biases are zero. */
export function headParameters(shape: HeadShape, seed: number): Map<string, Parameter> {
  const { dimensions, hidden, bottleneck, outputs } = shape
  const layers = [
    [dimensions, hidden],
    [hidden, hidden],
    [hidden, bottleneck],
  ]
  return new Map([
    ...layers.flatMap(([from = 0, to = 0], n): [string, Parameter][] => [
      [`head.${n}.weight`, normal([from, to], 0.02, 'head', seed, n)],
      [`head.${n}.bias`, zeros([to])],
    ]),
    [prototypes, normal([outputs, bottleneck], 0.02, 'prototypes', seed)],
  ])
}

/**
 * DINO's projection head (arXiv 2104.14294, §3): three layers with GELU between them, scaling to unit length, then the
 * cosine with K prototypes: [n, d] → [n, K]. `name` maps the head's parameters and values to their names in the graph.
 */
export function headNodes(features: string, output: string, name: (value: string) => string): NodeProto[] {
  const valueName = (value: string) => name(`head.value.${value}`)
  const layer = (n: number, input: string): ReturnType<typeof operator>[] => [
    operator('Gemm', [input, name(`head.${n}.weight`), name(`head.${n}.bias`)], valueName(`layer ${n}`)),
  ]
  const gelu = (n: number): ReturnType<typeof operator>[] => {
    const x = valueName(`layer ${n}`)
    return [
      operator('Div', [x, 'head.root2'], valueName(`gelu ${n} scaled`)),
      operator('Erf', [valueName(`gelu ${n} scaled`)], valueName(`gelu ${n} erf`)),
      operator('Add', [valueName(`gelu ${n} erf`), 'head.one'], valueName(`gelu ${n} gate`)),
      operator('Mul', [x, valueName(`gelu ${n} gate`)], valueName(`gelu ${n} doubled`)),
      operator('Mul', [valueName(`gelu ${n} doubled`), 'head.half'], valueName(`gelu ${n}`)),
    ]
  }
  const unit = (input: string, result: string): ReturnType<typeof operator>[] => [
    operator('Mul', [input, input], `${result} squares`),
    operator('ReduceSum', [`${result} squares`, 'head.lastAxis'], `${result} sum`, { keepdims: 1 }),
    operator('Sqrt', [`${result} sum`], `${result} length`),
    operator('Div', [input, `${result} length`], result),
  ]
  const nodes = [
    ...layer(0, features),
    ...gelu(0),
    ...layer(1, valueName('gelu 0')),
    ...gelu(1),
    ...layer(2, valueName('gelu 1')),
    ...unit(valueName('layer 2'), valueName('unit')),
    ...unit(name(prototypes), valueName('unit prototypes')),
    operator('Gemm', [valueName('unit'), valueName('unit prototypes')], output, { transB: 1 }),
  ]
  return nodes.map((each) => create(NodeProtoSchema, each))
}

/** The constants that all heads of a graph share. */
export const headConstants = {
  floats: { 'head.root2': Math.SQRT2, 'head.one': 1, 'head.half': 0.5 },
  integers: { 'head.lastAxis': [-1] },
} as const
