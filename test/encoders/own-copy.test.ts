import { appendFile, cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { beforeEach, expect, test } from 'vitest'
import { openEncoder } from '../../src/encoders/encoder.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { withOwnCopy } from '../../src/encoders/own-copy.js'
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from '../../src/tensor/onnx/onnx_pb.js'
import { temporaryFolder } from '../helpers/folder.js'
import { sharedRuntime } from '../helpers/shared.js'
import { miniClip } from './files.js'

const runtime = sharedRuntime()
const temporary = await temporaryFolder()
const folder = join(temporary, 'model')
const copies = join(temporary, 'copies')

beforeEach(async () => {
  await rm(folder, { recursive: true, force: true })
  await cp(miniClip, folder, { recursive: true })
})

const namesOfCopies = () => readdir(copies).catch(() => [])

test('a model is opened from a copy, of which nothing is left', async () => {
  const encoder = await openEncoder(folder, runtime, { copies })
  await encoder.load()
  expect(await namesOfCopies()).toEqual([])
  // The weights are in memory: the files are not needed any more.
  await rm(folder, { recursive: true })
  expect((await encoder.encodeTexts(['a boat'])).rows).toBe(1)
  await encoder.close()
})

test('a model that cannot be opened leaves nothing of its copy, and the error names its own file', async () => {
  await writeFile(join(folder, 'text.onnx'), 'no model')
  const encoder = await openEncoder(folder, runtime, { copies })
  await expect(encoder.load()).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  await expect(encoder.load()).rejects.toThrow(join(folder, 'text.onnx'))
  expect(await namesOfCopies()).toEqual([])
})

test.each(['vision.onnx', 'text.onnx', 'tokenizer.json', 'model.json'])(
  'a model whose %s was replaced after the start is not opened: its features would have the old fingerprint',
  async (file) => {
    const encoder = await openEncoder(folder, runtime, { copies })
    const path = join(folder, file)
    await cp(path, `${path}.new`)
    await appendFile(`${path}.new`, '\n')
    await rename(`${path}.new`, path)
    await expect(encoder.load()).rejects.toMatchObject({ code: 'MODEL_CHANGED' })
    await expect(encoder.encodeTexts(['a'])).rejects.toThrow(path)
    expect(await namesOfCopies()).toEqual([])
    await encoder.close()
  },
)

test('a model that is removed while it is served gives an error that names its file', async () => {
  const encoder = await openEncoder(folder, runtime, { copies })
  await rm(folder, { recursive: true })
  await expect(encoder.encodeTexts(['a'])).rejects.toMatchObject({
    code: 'INVALID_MODEL',
    message: expect.stringContaining('it does not exist'),
  })
})

test('the image tower is copied without the text tower', async () => {
  const model = await readModelFolder(folder, copies)
  const names = await withOwnCopy(model, ({ folder: copy }) => readdir(copy), 'image tower')
  expect(names.sort()).toEqual(['model.json', 'tokenizer.json', 'vision.onnx'])
})

/** Moves the largest weight of a graph to a file of its own, as exporters do with large models. */
async function moveWeight(graph: string, location: string): Promise<void> {
  const proto = fromBinary(ModelProtoSchema, await readFile(join(folder, graph)))
  const tensors = proto.graph?.initializer ?? []
  const largest = tensors.reduce((a, b) => (a.rawData.length > b.rawData.length ? a : b))
  await writeFile(join(folder, location), largest.rawData)
  const moved = create(TensorProtoSchema, {
    name: largest.name,
    dims: largest.dims,
    dataType: largest.dataType,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: location },
      { key: 'length', value: String(largest.rawData.length) },
    ],
  })
  tensors[tensors.indexOf(largest)] = moved
  await writeFile(join(folder, graph), toBinary(ModelProtoSchema, proto))
}

test('weights in a file of their own are loaded, and are part of the fingerprint', async () => {
  const plain = await openEncoder(folder, runtime, { copies })
  const expected = await plain.encodeTexts(['a boat'])
  await plain.close()
  await moveWeight('text.onnx', 'text.weights')
  const moved = await openEncoder(folder, runtime, { copies })
  expect(Object.keys(moved.files)).toContain('text.weights')
  expect(await moved.encodeTexts(['a boat'])).toEqual(expected)
  await moved.close()

  const weights = await readFile(join(folder, 'text.weights'))
  weights[7] = (weights[7] ?? 0) ^ 1
  await writeFile(join(folder, 'text.weights'), weights)
  expect((await readModelFolder(folder)).fingerprint).not.toBe(moved.fingerprint)
})

test('weights outside the folder are refused', async () => {
  await moveWeight('text.onnx', '../text.weights')
  await expect(readModelFolder(folder)).rejects.toMatchObject({
    code: 'INVALID_MODEL',
    message: expect.stringContaining('outside the folder'),
  })
  await rm(join(temporary, 'text.weights'))
})
