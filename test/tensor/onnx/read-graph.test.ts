import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { openModel, parseOnnxModel, readOnnxModel } from '../../../src/tensor/onnx/model.js'
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from '../../../src/tensor/onnx/onnx_pb.js'
import { readOnnxGraph } from '../../../src/tensor/onnx/read-graph.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { root } from '../../helpers/programs.js'
import { sharedRuntime } from '../../helpers/shared.js'

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

test('a tensor that says, behind its data, that they are within it is a reference all the same', async () => {
  const floats = Float32Array.from({ length: 2000 }, (_, i) => i)
  const tensor = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, {
      ...{ name: 'weights', dims: [2000n], dataType: 1 },
      rawData: new Uint8Array(floats.buffer),
    }),
  )
  const field = (tag: number, content: Uint8Array) => {
    const length = content.length
    return Buffer.concat([Uint8Array.of(tag, (length & 127) | 128, length >> 7), content])
  }
  // data_location = DEFAULT, which a writer that leaves defaults out would not write.
  const explicit = Buffer.concat([tensor, Uint8Array.of(14 << 3, 0)])
  const file = join(await temporaryFolder(), 'model.onnx')
  await writeFile(file, field((7 << 3) | 2, field((5 << 3) | 2, explicit)))
  const [read] = (await readOnnxGraph(file)).graph.initializer
  expect(read).toMatchObject({ name: 'weights', dataLocation: TensorProto_DataLocation.EXTERNAL })
  expect(read?.rawData.length).toBe(0)
  const { offset, length } = Object.fromEntries(
    (read?.externalData ?? []).map(({ key, value }) => [key, Number(value)]),
  )
  const bytes = (await readFile(file)).subarray(offset, (offset ?? 0) + (length ?? 0))
  expect(bytes.equals(new Uint8Array(floats.buffer))).toBe(true)
})

test('a graph that is reached by a link leads to the weights where they are', async () => {
  const link = join(await temporaryFolder(), 'link.onnx')
  await symlink(vision, link)
  const runtime = sharedRuntime()
  const session = await openModel(runtime, await readOnnxGraph(link))
  expect(session.inputs).toContain('pixels')
})

describe('a file that is none', () => {
  const reading = async (bytes: Uint8Array) => {
    const file = join(await temporaryFolder(), 'model.onnx')
    await writeFile(file, bytes)
    return readOnnxGraph(file)
  }
  test.each([
    ['is empty', new Uint8Array(0), 'it has no graph'],
    ['is text', Buffer.from('this is no model, but some words'), 'not a protocol buffer'],
    ['has a field that leads out of it', Uint8Array.of(58, 255, 255, 255, 127), 'ends in the middle'],
    ['has a number without an end', new Uint8Array(12).fill(255), 'not a protocol buffer'],
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
