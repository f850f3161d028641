import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { beforeEach, describe, expect, test } from 'vitest'
import { openEncoder } from '../../../src/encoders/encoder.js'
import { addModel } from '../../../src/encoders/hub/add.js'
import { isModelFolder } from '../../../src/encoders/model-folder.js'
import { readOnnxModel } from '../../../src/tensor/onnx/model.js'
import { ModelProtoSchema, NodeProtoSchema, TensorProto_DataType } from '../../../src/tensor/onnx/onnx_pb.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { leastCosine, tinyModel } from '../adapters/files.js'
import { demoImages } from '../files.js'

const runtime = sharedRuntime()
const openClip = tinyModel('open-clip-tiny')
const data = await temporaryFolder()
const folder = join(data, 'immich')

/** As immich exports a graph: for one row at a time, under its own names, and token ids in 32 bits. */
async function exported(tower: 'vision' | 'text', input: string): Promise<Uint8Array> {
  const { proto, graph } = await readOnnxModel(join(openClip, `onnx/${tower}_model.onnx`))
  const [value] = graph.input
  const [output] = graph.output
  if (value?.type?.value.case !== 'tensorType' || !output) throw new Error('no input or output')
  const { dim } = value.type.value.value.shape ?? { dim: [] }
  const [batch] = dim
  if (batch) batch.value = { case: 'dimValue', value: 1n }
  const fromName =
    (name: string, attributes: object = {}) =>
    (opType: string, to: string) =>
      create(NodeProtoSchema, { opType, name: opType + to, input: [name], output: [to], ...attributes })
  const cast = { attribute: [{ name: 'to', type: 2, i: BigInt(TensorProto_DataType.INT64) }] }
  const before =
    tower === 'text' ? fromName(input, cast)('Cast', value.name) : fromName(input)('Identity', value.name)
  const after = fromName(output.name)('Identity', 'embedding')
  value.name = input
  if (tower === 'text') value.type.value.value.elemType = TensorProto_DataType.INT32
  output.name = 'embedding'
  graph.node = [before, ...graph.node, after]
  return toBinary(ModelProtoSchema, proto)
}

beforeEach(async () => {
  await rm(folder, { recursive: true, force: true })
  for (const name of ['visual', 'textual']) await mkdir(join(folder, name), { recursive: true })
  const config = JSON.parse(await readFile(join(openClip, 'open_clip_config.json'), 'utf8'))
  await writeFile(join(folder, 'config.json'), JSON.stringify(config.model_cfg))
  await writeFile(join(folder, 'visual/preprocess_cfg.json'), JSON.stringify(config.preprocess_cfg))
  await writeFile(join(folder, 'visual/model.onnx'), await exported('vision', 'image'))
  await writeFile(join(folder, 'textual/model.onnx'), await exported('text', 'text'))
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await cp(join(openClip, name), join(folder, 'textual', name))
  }
})

async function featuresOf(model: string) {
  const encoder = await openEncoder(model, runtime)
  const images = (await encoder.encodeImages(await demoImages('bag', 5), { spaces: ['clip'] })).clip
  const texts = await encoder.encodeTexts(['a bag', 'a photo of two brown bags', 'ein Stiefel'])
  await encoder.close()
  if (!images) throw new Error('no features')
  return { images: images.data, texts: texts.data, dimensions: encoder.dimensions }
}

describe('a folder as immich lays it out', () => {
  test('has the features that open_clip’s own layout of the same model has, though its graphs take one row at a time', async () => {
    expect(await isModelFolder(folder)).toBe(true)
    const [immich, own] = [await featuresOf(folder), await featuresOf(openClip)]
    expect(immich.images).toHaveLength(5 * own.dimensions)
    expect(leastCosine(immich.images, own.images, own.dimensions)).toBeGreaterThan(0.999999)
    expect(leastCosine(immich.texts, own.texts, own.dimensions)).toBeGreaterThan(0.999999)
  })

  test('is added from another folder', async () => {
    const models = join(data, 'models')
    await writeFile(join(folder, 'README.md'), 'not needed')
    const added = await addModel(folder, models, runtime)
    expect(added).toMatchObject({ id: 'immich', precision: 'fp32', spaces: ['clip'] })
    const [copy, first] = [await featuresOf(added.folder), await featuresOf(folder)]
    expect(copy).toEqual(first)
  })

  test('is refused in another precision, and without one of its files', async () => {
    const models = join(data, 'none')
    await expect(addModel(folder, models, runtime, { precision: 'fp16' })).rejects.toMatchObject({
      code: 'MODEL_INCOMPLETE',
    })
    await rm(join(folder, 'visual/preprocess_cfg.json'))
    await expect(addModel(folder, models, runtime)).rejects.toThrow('visual/preprocess_cfg.json')
    await expect(openEncoder(folder, runtime)).rejects.toThrow(join(folder, 'visual/preprocess_cfg.json'))
  })
})
