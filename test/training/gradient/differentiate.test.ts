import { describe, expect, test } from 'vitest'
import { seeded } from '../../../src/system/random.js'
import { operator } from '../../../src/tensor/kernels.js'
import { graph, type IntegerConstant, type node } from '../../../src/tensor/onnx/graph.js'
import { type OnnxModel, openModel, parseOnnxModel } from '../../../src/tensor/onnx/model.js'
import type { Session, Tensor } from '../../../src/tensor/runtime.js'
import { differentiate, gradientOf } from '../../../src/training/gradient/differentiate.js'
import { sharedRuntime } from '../../helpers/shared.js'

const runtime = sharedRuntime()

type Shapes = Readonly<Record<string, readonly number[]>>
type Feeds = Record<string, Tensor & { readonly type: 'float32' }>

/** A graph from `inputs` to `y`. */
interface Case {
  readonly inputs: Shapes
  readonly y: readonly number[]
  readonly nodes: readonly ReturnType<typeof node>[]
  readonly constants?: readonly IntegerConstant[]
  /** Values that keep away from where the function is not smooth or not defined. */
  readonly from?: readonly [number, number]
  /** The inputs to differentiate by; all, unless told. */
  readonly by?: readonly string[]
}

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

function randomTensor(shape: readonly number[], seed: string, [low, high]: readonly [number, number]) {
  const random = seeded('differentiate', seed)
  const data = Float32Array.from({ length: size(shape) }, () => low + (high - low) * random.next())
  return { type: 'float32' as const, dims: shape, data }
}

/** loss = Σ weights ⊙ y, so that every element of y has a gradient of its own. */
function withLoss({ inputs, y, nodes, constants = [] }: Case): OnnxModel {
  const bytes = graph({
    inputs: { ...inputs, weights: y },
    outputs: { loss: [] },
    nodes: [
      ...nodes,
      operator('Mul', ['y', 'weights'], 'weighted'),
      operator('ReduceSum', ['weighted'], 'loss', { keepdims: 0 }),
    ],
    constants,
  })
  return parseOnnxModel(bytes)
}

async function lossOf(session: Session, feeds: Feeds): Promise<number> {
  const { loss } = await session.run(feeds)
  return Number(loss?.data[0])
}

/** The slope of the loss along a direction in one input, by central differences. */
async function slope(session: Session, feeds: Feeds, input: string, direction: Float32Array) {
  const step = 1e-2
  const tensor = feeds[input]
  if (tensor === undefined) throw new Error(`no input ${input}`)
  const moved = (by: number): Feeds => ({
    ...feeds,
    [input]: { ...tensor, data: tensor.data.map((value, i) => value + by * (direction[i] as number)) },
  })
  return ((await lossOf(session, moved(step))) - (await lossOf(session, moved(-step)))) / (2 * step)
}

const { sqrt } = Math
const cases: Readonly<Record<string, Case>> = {
  'MatMul by a matrix': {
    inputs: { a: [2, 3, 4], b: [4, 5] },
    y: [2, 3, 5],
    nodes: [operator('MatMul', ['a', 'b'], 'y')],
  },
  'MatMul of stacks': {
    inputs: { a: [2, 3, 4, 5], b: [2, 3, 5, 2] },
    y: [2, 3, 4, 2],
    nodes: [operator('MatMul', ['a', 'b'], 'y')],
  },
  'MatMul of a stack that is broadcast': {
    inputs: { a: [3, 4, 5], b: [2, 1, 5, 2] },
    y: [2, 3, 4, 2],
    nodes: [operator('MatMul', ['a', 'b'], 'y')],
  },
  ...Object.fromEntries(
    [0, 1, 2, 3].map((bits) => {
      const [transA, transB] = [bits & 1, bits >> 1]
      const shapes: Case = {
        inputs: { a: transA ? [4, 3] : [3, 4], b: transB ? [5, 4] : [4, 5], c: [5] },
        y: [3, 5],
        nodes: [
          operator('Gemm', ['a', 'b', 'c'], 'y', {
            transA,
            transB,
            alpha: { float: 0.5 },
            beta: { float: 2 },
          }),
        ],
      }
      return [`Gemm with transA ${transA} and transB ${transB}`, shapes]
    }),
  ),
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div'].map((name) => [
      `${name} of tensors that are broadcast`,
      {
        inputs: { a: [2, 3, 4], b: [3, 1] },
        y: [2, 3, 4],
        nodes: [operator(name, ['a', 'b'], 'y')],
        from: [0.5, 1.5],
      } satisfies Case,
    ]),
  ),
  ...Object.fromEntries(
    ['Neg', 'Sqrt', 'Exp', 'Log', 'Reciprocal', 'Relu', 'Sigmoid', 'Tanh', 'Erf', 'Identity'].map((name) => [
      name,
      {
        inputs: { a: [2, 5] },
        y: [2, 5],
        nodes: [operator(name, ['a'], 'y')],
        from: [0.5, 1.5],
      } satisfies Case,
    ]),
  ),
  'Relu of negative values': {
    inputs: { a: [2, 5] },
    y: [2, 5],
    nodes: [operator('Relu', ['a'], 'y')],
    from: [-1.5, -0.5],
  },
  Pow: {
    inputs: { a: [2, 3], b: [1] },
    y: [2, 3],
    nodes: [operator('Pow', ['a', 'b'], 'y')],
    from: [0.5, 1.5],
  },
  Where: {
    inputs: { a: [2, 3], b: [3], c: [2, 3], limit: [1] },
    y: [2, 3],
    nodes: [operator('Greater', ['c', 'limit'], 'which'), operator('Where', ['which', 'a', 'b'], 'y')],
    by: ['a', 'b'],
  },
  'Softmax of an inner axis': {
    inputs: { a: [2, 5, 3] },
    y: [2, 5, 3],
    nodes: [operator('Softmax', ['a'], 'y', { axis: 1 })],
  },
  LogSoftmax: {
    inputs: { a: [3, 5] },
    y: [3, 5],
    nodes: [operator('LogSoftmax', ['a'], 'y', { axis: -1 })],
  },
  LayerNormalization: {
    inputs: { a: [2, 3, 8], scale: [8], bias: [8] },
    y: [2, 3, 8],
    nodes: [operator('LayerNormalization', ['a', 'scale', 'bias'], 'y', { axis: -1 })],
  },
  'LayerNormalization of two axes': {
    inputs: { a: [2, 3, 4], scale: [3, 4] },
    y: [2, 3, 4],
    nodes: [operator('LayerNormalization', ['a', 'scale'], 'y', { axis: 1 })],
  },
  'ReduceMean of an axis that is kept': {
    inputs: { a: [2, 3, 4] },
    y: [2, 1, 4],
    nodes: [operator('ReduceMean', ['a', 'axes'], 'y', { keepdims: 1 })],
    constants: [{ name: 'axes', values: [-2] }],
  },
  'ReduceSum of axes that go': {
    inputs: { a: [2, 3, 4] },
    y: [3],
    nodes: [operator('ReduceSum', ['a', 'axes'], 'y', { keepdims: 0 })],
    constants: [{ name: 'axes', values: [0, 2] }],
  },
  Reshape: {
    inputs: { a: [2, 6] },
    y: [3, 4],
    nodes: [operator('Reshape', ['a', 'shape'], 'y')],
    constants: [{ name: 'shape', values: [3, -1] }],
  },
  Squeeze: {
    inputs: { a: [2, 1, 6] },
    y: [2, 6],
    nodes: [operator('Squeeze', ['a', 'axes'], 'y')],
    constants: [{ name: 'axes', values: [1] }],
  },
  Unsqueeze: {
    inputs: { a: [2, 6] },
    y: [2, 6, 1],
    nodes: [operator('Unsqueeze', ['a', 'axes'], 'y')],
    constants: [{ name: 'axes', values: [2] }],
  },
  Flatten: { inputs: { a: [2, 3, 4] }, y: [6, 4], nodes: [operator('Flatten', ['a'], 'y', { axis: 2 })] },
  Transpose: {
    inputs: { a: [2, 3, 4] },
    y: [4, 2, 3],
    nodes: [operator('Transpose', ['a'], 'y', { perm: [2, 0, 1] })],
  },
  Expand: {
    inputs: { a: [3, 1] },
    y: [2, 3, 4],
    nodes: [operator('Expand', ['a', 'shape'], 'y')],
    constants: [{ name: 'shape', values: [2, 3, 4] }],
  },
  Concat: {
    inputs: { a: [2, 3], b: [2, 1], c: [2, 2] },
    y: [2, 6],
    nodes: [operator('Concat', ['a', 'b', 'c'], 'y', { axis: -1 })],
  },
  'Split with a part that is not used': {
    inputs: { a: [2, 6] },
    y: [2, 2],
    nodes: [{ ...operator('Split', ['a', 'sizes'], 'first', { axis: 1 }), output: ['first', 'unused', 'y'] }],
    constants: [{ name: 'sizes', values: [3, 1, 2] }],
  },
  'Slice from the end': {
    inputs: { a: [2, 6] },
    y: [2, 3],
    nodes: [operator('Slice', ['a', 'starts', 'ends', 'axes'], 'y')],
    constants: [
      { name: 'starts', values: [-4] },
      { name: 'ends', values: [-1] },
      { name: 'axes', values: [1] },
    ],
  },
  'Gather of one index': {
    inputs: { a: [2, 5, 3] },
    y: [2, 1, 3],
    nodes: [operator('Gather', ['a', 'index'], 'y', { axis: 1 })],
    constants: [{ name: 'index', values: [-2] }],
  },
  'Gather of an index twice': {
    inputs: { a: [2, 5, 3] },
    y: [2, 3, 3],
    nodes: [operator('Gather', ['a', 'index'], 'y', { axis: 1 })],
    constants: [{ name: 'index', values: [0, 3, 0] }],
  },
  'a tensor that is used twice': {
    inputs: { a: [3, 3] },
    y: [3, 3],
    nodes: [operator('MatMul', ['a', 'a'], 'product'), operator('Add', ['product', 'a'], 'y')],
  },
}

describe('a gradient equals central differences', () => {
  test.each(Object.entries(cases))('%s', async (name, given) => {
    const feeds: Feeds = Object.fromEntries([
      ...Object.entries(given.inputs).map(([input, shape]) => [
        input,
        randomTensor(shape, `${name} ${input}`, given.from ?? [-1, 1]),
      ]),
      ['weights', randomTensor(given.y, `${name} weights`, [-1, 1])],
    ])
    const model = withLoss(given)
    const parameters = given.by ?? Object.keys(given.inputs)
    const differentiated = await differentiate(runtime, model, { loss: 'loss', parameters, feeds })
    const session = await openModel(runtime, differentiated)
    const results = await session.run(feeds)
    for (const parameter of parameters) {
      const gradient = results[gradientOf(parameter)]
      const shape = given.inputs[parameter] ?? []
      expect(gradient?.dims).toEqual(shape)
      // Along random directions of unit length, and along the gradient itself, where the slope is its length.
      for (const along of ['one way', 'another', 'a third']) {
        const raw = randomTensor(shape, `${name} ${parameter} ${along}`, [-1, 1]).data
        const length = sqrt(raw.reduce((sum, value) => sum + value * value, 0))
        const direction = raw.map((value) => value / length)
        const expected = await slope(session, feeds, parameter, direction)
        const actual = direction.reduce((sum, value, i) => sum + value * Number(gradient?.data[i]), 0)
        expect(Math.abs(actual - expected)).toBeLessThan(2e-3 * Math.max(1, Math.abs(expected)))
      }
    }
    await session.release()
  })
})
