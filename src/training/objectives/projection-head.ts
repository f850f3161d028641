import { create } from '@bufbuild/protobuf'
import { operator } from '../../tensor/kernels.js'
import { type NodeProto, NodeProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { normal, type Parameter, zeros } from '../parameters.js'

export interface HeadShape {
  /** d, the length of a feature. */
  readonly dimensions: number
  readonly hidden: number
  readonly bottleneck: number
  /** K, the length of what it gives. */
  readonly outputs: number
}

/** The last layer's weights: rows of any length, of which only the direction counts. */
export const prototypes = 'head.prototypes.weight'

/** The head's weights at the start: deviation 0.02, biases zero. */
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
 * DINO's projection head (arXiv 2104.14294, §3): features → three layers with GELU between them → unit length → cosine
 * with K prototypes. `name` tells what a parameter or a value of the head is called here.
 */
export function headNodes(features: string, output: string, name: (value: string) => string): NodeProto[] {
  const at = (value: string) => name(`head.value.${value}`)
  const layer = (n: number, input: string): ReturnType<typeof operator>[] => [
    operator('Gemm', [input, name(`head.${n}.weight`), name(`head.${n}.bias`)], at(`layer ${n}`)),
  ]
  const gelu = (n: number): ReturnType<typeof operator>[] => {
    const x = at(`layer ${n}`)
    return [
      operator('Div', [x, 'head.root2'], at(`gelu ${n} scaled`)),
      operator('Erf', [at(`gelu ${n} scaled`)], at(`gelu ${n} erf`)),
      operator('Add', [at(`gelu ${n} erf`), 'head.one'], at(`gelu ${n} gate`)),
      operator('Mul', [x, at(`gelu ${n} gate`)], at(`gelu ${n} doubled`)),
      operator('Mul', [at(`gelu ${n} doubled`), 'head.half'], at(`gelu ${n}`)),
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
    ...layer(1, at('gelu 0')),
    ...gelu(1),
    ...layer(2, at('gelu 1')),
    ...unit(at('layer 2'), at('unit')),
    ...unit(name(prototypes), at('unit prototypes')),
    operator('Gemm', [at('unit'), at('unit prototypes')], output, { transB: 1 }),
  ]
  return nodes.map((each) => create(NodeProtoSchema, each))
}

/** The constants that the nodes of every head share. */
export const headConstants = {
  floats: { 'head.root2': Math.SQRT2, 'head.one': 1, 'head.half': 0.5 },
  integers: { 'head.lastAxis': [-1] },
} as const
