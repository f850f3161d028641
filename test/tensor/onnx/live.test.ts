import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { node } from '../../../src/tensor/onnx/graph.js'
import { withOutput } from '../../../src/tensor/onnx/live.js'
import type { OnnxModel } from '../../../src/tensor/onnx/model.js'
import { type GraphProtoSchema, ModelProtoSchema } from '../../../src/tensor/onnx/onnx_pb.js'
import { integerTensor } from '../../../src/tensor/onnx/tensors.js'

function modelOf(graph: MessageInitShape<typeof GraphProtoSchema>): OnnxModel {
  const proto = create(ModelProtoSchema, { graph })
  if (proto.graph === undefined) throw new Error('it has no graph')
  return { file: '', proto, graph: proto.graph, bytes: new Uint8Array() }
}
const left = ({ graph }: OnnxModel) => ({
  nodes: graph.node.map(({ output }) => output[0]),
  initializers: graph.initializer.map(({ name }) => name),
  outputs: graph.output.map(({ name }) => name),
})

const graph = {
  // Out of order, as a converter to half precision leaves its casts.
  node: [
    node('Add', { inputs: ['cast', 'one'], output: 'features' }),
    node('Sqrt', { inputs: ['root', ''], output: 'stream' }),
    node('Cast', { inputs: ['stream'], output: 'cast' }),
    node('Add', { inputs: ['cast', 'two'], output: 'tokens' }),
    node('Relu', { inputs: ['pixels'], output: 'root' }),
  ],
  output: [{ name: 'tokens' }, { name: 'features' }],
  initializer: [integerTensor('one', [1]), integerTensor('two', [2])],
}

test('a graph that gives one output alone keeps what that needs, in whatever order it stands', () => {
  expect(left(withOutput(modelOf(graph), ['image_embeds', 'features', 'tokens']))).toEqual({
    nodes: ['features', 'stream', 'cast', 'root'],
    initializers: ['one'],
    outputs: ['features'],
  })
})

test('a graph keeps what the bodies of its conditions read', () => {
  const branch = { node: [node('Relu', { inputs: ['cast'], output: 'then' })], output: [{ name: 'two' }] }
  const condition = {
    ...node('If', { inputs: ['one'], output: 'features' }),
    attribute: [{ name: 'then_branch', g: branch }],
  }
  const kept = left(
    withOutput(modelOf({ ...graph, node: [condition, ...graph.node.slice(1)] }), ['features']),
  )
  expect(kept).toEqual({
    nodes: ['features', 'stream', 'cast', 'root'],
    initializers: ['one', 'two'],
    outputs: ['features'],
  })
})

test('a graph without such an output stays as it is', () => {
  const model = modelOf(graph)
  expect(withOutput(model, ['image_embeds'])).toBe(model)
})
