import type { OperatorRule } from './rule.js'
import { cast, concat, expand, gather, reshape, slice, split, transpose } from './rules/arrangement.js'
import {
  add,
  div,
  erf,
  exp,
  identity,
  log,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sqrt,
  sub,
  tanh,
  where,
} from './rules/elementwise.js'
import { layerNormalization, logSoftmax, softmax } from './rules/normalization.js'
import { gemm, matMul } from './rules/product.js'
import { reduceMean, reduceSum } from './rules/reduction.js'

/** The operators of the standard ONNX set that can be differentiated. */
export const rules: Readonly<Record<string, OperatorRule>> = {
  Add: add,
  Cast: cast,
  Concat: concat,
  Div: div,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Flatten: reshape,
  Gather: gather,
  Gemm: gemm,
  Identity: identity,
  LayerNormalization: layerNormalization,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  Mul: mul,
  Neg: neg,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Sigmoid: sigmoid,
  Slice: slice,
  Softmax: softmax,
  Split: split,
  Sqrt: sqrt,
  Squeeze: reshape,
  Sub: sub,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: reshape,
  Where: where,
}

/** Operators with a gradient of zero: shapes, comparisons, positions. */
export const withoutGradient: ReadonlySet<string> = new Set([
  'ArgMax',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Not',
  'Shape',
  'Size',
])
