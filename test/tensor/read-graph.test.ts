import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { parseOnnxModel, readOnnxModel } from '../../src/tensor/onnx/model.js'
import { ModelProtoSchema, TensorProtoSchema } from '../../src/tensor/onnx/onnx_pb.js'
import { readOnnxGraph } from '../../src/tensor/onnx/read-graph.js'
import { temporaryFolder } from '../helpers/folder.js'
import { root } from '../helpers/programs.js'

const vision = join(root, 'models/mini-clip/vision.onnx')

test('a graph is that of the model, and its references lead to the weights, byte for byte', async () => {
  const [whole, graph, file] = await Promise.all([
    readOnnxModel(vision),
    readOnnxGraph(vision),
    readFile(vision),
  ])
  expect(graph.bytes.length).toBeLessThan(whole.bytes.length / 10)
  let references = 0
  const initializer = graph.graph.initializer.map((tensor) => {
    if (tensor.externalData.length === 0) return tensor
    references += 1
    const { location, offset, length } = Object.fromEntries(
      tensor.externalData.map(({ key, value }) => [key, value]),
    )
    expect(location).toBe('vision.onnx')
    const { name, dims, dataType } = tensor
    const rawData = file.subarray(Number(offset), Number(offset) + Number(length))
    return create(TensorProtoSchema, { name, dims, dataType, rawData })
  })
  expect(references).toBeGreaterThan(20)
  const filled = toBinary(ModelProtoSchema, { ...graph.proto, graph: { ...graph.graph, initializer } })
  const expected = toBinary(ModelProtoSchema, parseOnnxModel(whole.bytes).proto)
  expect(Buffer.from(filled).equals(expected)).toBe(true)
})

describe('a file that is none', () => {
  const reading = async (bytes: Uint8Array) => {
    const file = join(await temporaryFolder(), 'model.onnx')
    await writeFile(file, bytes)
    return readOnnxGraph(file)
  }
  test.each([
    ['is empty', new Uint8Array(0), 'it holds no graph'],
    ['is text', Buffer.from('this is no model, but some words'), 'no protocol buffer'],
    ['has a field that leads out of it', Uint8Array.of(58, 255, 255, 255, 127), 'ends in the middle'],
    ['has a number without an end', new Uint8Array(12).fill(255), 'no protocol buffer'],
  ])('%s', async (_, bytes, words) => {
    await expect(reading(bytes)).rejects.toThrow(words)
  })

  test('is cut off', async () => {
    const bytes = await readFile(vision)
    for (const share of [0.001, 0.2, 0.5, 0.999]) {
      await expect(reading(bytes.subarray(0, Math.floor(share * bytes.length)))).rejects.toThrow()
    }
  })
})
