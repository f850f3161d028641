import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { openEncoder } from '../../../src/encoders/encoder.js'
import { readModelFolder } from '../../../src/encoders/model-folder.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { leastCosine, tinyModel } from '../adapters/files.js'
import { demoImages } from '../files.js'

const runtime = sharedRuntime()
const folder = join(await temporaryFolder(), 'model')

async function copyOf(name: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await cp(tinyModel(name), folder, { recursive: true })
}
beforeEach(() => copyOf('tiny'))

async function edit(file: string, change: (json: Record<string, unknown>) => unknown): Promise<void> {
  const path = join(folder, file)
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify(change(json)))
}

async function expectInvalid(file: string, reason: string | RegExp): Promise<void> {
  const opening = openEncoder(folder, runtime).then((encoder) => encoder.load())
  await expect(opening).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  await expect(opening).rejects.toThrow(join(folder, file))
  await expect(opening).rejects.toThrow(reason)
}

describe('a folder as transformers and optimum lay it out', () => {
  test('is an encoder of the configuration it holds', async () => {
    const encoder = await openEncoder(folder, runtime)
    await encoder.load()
    expect(encoder).toMatchObject({
      id: 'model',
      dimensions: 16,
      imageSize: 32,
      precision: 'fp32',
      spaces: ['clip', 'imo'],
      logitBias: null,
    })
    // exp(2.6592), at which training starts, is what these weights hold.
    expect(encoder.logitScale).toBeCloseTo(14.285, 2)
    await encoder.close()
  })

  test('has CLIP’s logit scale of 100 where its weights are not there to tell', async () => {
    await rm(join(folder, 'model.safetensors'))
    expect((await readModelFolder(folder)).manifest.logitScale).toBe(100)
  })

  test('has the space imo only with an adapter beside it', async () => {
    await rm(join(folder, 'adapter.safetensors'))
    const encoder = await openEncoder(folder, runtime)
    expect(encoder.spaces).toEqual(['clip'])
  })

  test.each(['fp32', 'fp16', 'q8'] as const)(
    'opens in %s, both spaces from one session',
    async (precision) => {
      await writeFile(join(folder, 'shotboard.json'), JSON.stringify({ id: 'a', name: 'A', precision }))
      const encoder = await openEncoder(folder, runtime)
      await encoder.load()
      expect(encoder).toMatchObject({ id: 'a', name: 'A', precision })
      const images = await demoImages('bag', 3)
      const { clip, imo } = await encoder.encodeImages(images, { spaces: ['clip', 'imo'] })
      const alone = await encoder.encodeImages(images, { spaces: ['clip'] })
      expect(alone.clip?.data).toEqual(clip?.data)
      expect(leastCosine(clip?.data ?? new Float32Array(), imo?.data ?? new Float32Array(), 16)).toBeLessThan(
        0.999,
      )
      await encoder.close()
    },
  )

  test('has another fingerprint when its adapter, its weights or its preprocessing change, not its name', async () => {
    const fingerprint = async () => (await readModelFolder(folder)).fingerprint
    const before = await fingerprint()
    await writeFile(join(folder, 'shotboard.json'), JSON.stringify({ id: 'b', name: 'B', precision: 'fp32' }))
    expect(await fingerprint()).toBe(before)
    await edit('preprocessor_config.json', (json) => ({ ...json, resample: 2 }))
    const changed = await fingerprint()
    expect(changed).not.toBe(before)
    await rm(join(folder, 'adapter.safetensors'))
    expect(await fingerprint()).not.toBe(changed)
  })
})

const configuration = (name: string) =>
  fileURLToPath(new URL(`../fixtures/configurations/${name}`, import.meta.url))

describe('a folder as newer versions of transformers write it', () => {
  const processor = 'processor_config.json'

  test('has its image processor in processor_config.json alone', async () => {
    const old = await readModelFolder(folder)
    const imageProcessor = JSON.parse(await readFile(join(folder, 'preprocessor_config.json'), 'utf8'))
    await rm(join(folder, 'preprocessor_config.json'))
    await writeFile(join(folder, processor), JSON.stringify({ image_processor: imageProcessor }))
    expect((await readModelFolder(folder)).manifest).toEqual(old.manifest)
    await cp(configuration('transformers-5.18-processor_config.json'), join(folder, processor))
    expect((await readModelFolder(folder)).manifest).toMatchObject({
      imageSize: 224,
      shorterSide: 224,
      filter: 'bicubic',
    })
  })

  test('prefers the image processor of processor_config.json, if it has one', async () => {
    await writeFile(join(folder, processor), JSON.stringify({ processor_class: 'CLIPProcessor' }))
    expect((await readModelFolder(folder)).manifest.imageSize).toBe(32)
    await cp(configuration('transformers-5.18-processor_config.json'), join(folder, processor))
    expect((await readModelFolder(folder)).manifest.imageSize).toBe(224)
  })

  test('names processor_config.json if that is at fault', async () => {
    await writeFile(join(folder, processor), JSON.stringify({ image_processor: { size: 'large' } }))
    await expectInvalid(processor, 'size')
    await writeFile(join(folder, processor), JSON.stringify({ image_processor: { resample: 0 } }))
    await expectInvalid(processor, 'resample 0')
  })

  test.each(['preprocessor_config.json', 'config.json', 'tokenizer_config.json'])(
    'has nulls in %s, which are as if absent',
    async (file) => {
      const { manifest } = await readModelFolder(folder)
      const nulls = { crop_pct: null, do_pad: null, projection: null, pad_size: null, architectures: null }
      await edit(file, (json) => ({ ...nulls, ...json, rescale_factor: null, do_rescale: null }))
      expect((await readModelFolder(folder)).manifest).toEqual(manifest)
    },
  )

  test('names its filter by a word, one number stands for all channels, and a byte-order mark does not count', async () => {
    const read = async () => (await readModelFolder(folder)).manifest
    await edit('preprocessor_config.json', (json) => ({ ...json, resample: 3, image_mean: [0.5, 0.5, 0.5] }))
    const numbers = await read()
    for (const resample of ['bicubic', 'PILImageResampling.BICUBIC']) {
      await edit('preprocessor_config.json', (json) => ({ ...json, resample, image_mean: 0.5 }))
      expect(await read()).toEqual(numbers)
    }
    const path = join(folder, 'preprocessor_config.json')
    await writeFile(path, `\ufeff${await readFile(path, 'utf8')}`)
    expect(await read()).toEqual(numbers)
    await copyOf('tiny')
    await edit('preprocessor_config.json', (json) => ({ ...json, image_std: [0.5, 0, 0.5] }))
    await expectInvalid('preprocessor_config.json', 'must be above 0')
  })

  test('has a size that is the side of a square where images are not cropped', async () => {
    await edit('preprocessor_config.json', (json) => ({
      ...json,
      ...{ size: 32, do_center_crop: false, crop_size: null, use_square_size: true },
    }))
    expect((await readModelFolder(folder)).manifest).toMatchObject({ imageSize: 32, shorterSide: null })
  })

  test('has the image processor of a fast SigLIP', async () => {
    await copyOf('siglip-tiny')
    await cp(
      configuration('transformers-4.57-SiglipImageProcessorFast-preprocessor_config.json'),
      join(folder, 'preprocessor_config.json'),
    )
    expect((await readModelFolder(folder)).manifest).toMatchObject({
      imageSize: 224,
      shorterSide: null,
      mean: [0.5, 0.5, 0.5],
    })
  })

  test('has its logit scale in bfloat16', async () => {
    await cp(configuration('bf16-model.safetensors'), join(folder, 'model.safetensors'))
    const { logitScale } = (await readModelFolder(folder)).manifest
    expect(logitScale).toBeGreaterThan(1)
    expect(logitScale).toBeLessThan(1000)
  })
})

describe('a folder as open_clip writes it', () => {
  beforeEach(() => copyOf('open-clip-tiny'))
  const preprocess = (change: object) =>
    edit('open_clip_config.json', (json) => ({
      ...json,
      preprocess_cfg: { ...(json.preprocess_cfg as object), ...change },
    }))

  test.each([
    ['shortest', { shorterSide: 32 }],
    ['squash', { shorterSide: null }],
    ['longest', { shorterSide: null, borders: [7, 7, 7] }],
  ])('resizes by the mode %s', async (mode, expected) => {
    await preprocess({
      resize_mode: mode,
      fill_color: 7,
      size: [32, 32],
      mode: 'RGB',
      interpolation: 'random',
    })
    const { manifest } = await readModelFolder(folder)
    expect(manifest).toMatchObject({ imageSize: 32, filter: 'bicubic', ...expected })
    if (mode !== 'longest') expect(manifest.borders).toBeUndefined()
    const encoder = await openEncoder(folder, runtime)
    const { clip } = await encoder.encodeImages(await demoImages('bag', 1), { spaces: ['clip'] })
    expect(clip?.rows).toBe(1)
    await encoder.close()
  })

  test('is refused if it resizes in another way, or not to a square', async () => {
    await preprocess({ resize_mode: 'crop' })
    await expectInvalid('open_clip_config.json', 'preprocess_cfg.resize_mode')
    await preprocess({ resize_mode: 'squash', size: [32, 48] })
    await expectInvalid('open_clip_config.json', 'must be square')
  })
})

describe('a model trained with a sigmoid', () => {
  beforeEach(() => copyOf('siglip-tiny'))

  test('has its scale and its bias from its weights', async () => {
    const { manifest } = await readModelFolder(folder)
    expect(manifest.logitScale).toBeCloseTo(Math.exp(4.76), 3)
    expect(manifest.logitBias).toBeCloseTo(-12.93, 5)
    expect(manifest).toMatchObject({ padding: 'context', shorterSide: null, contextLength: 16 })
  })

  test('is refused without them, and opens with them given', async () => {
    await rm(join(folder, 'model.safetensors'))
    await expectInvalid('shotboard.json', 'needs its logitScale and logitBias')
    const added = { id: 's', name: 'S', precision: 'fp32', logitScale: 117.3, logitBias: -12.9 }
    await writeFile(join(folder, 'shotboard.json'), JSON.stringify(added))
    expect((await readModelFolder(folder)).manifest).toMatchObject({ logitScale: 117.3, logitBias: -12.9 })
  })
})

describe('a folder is refused, naming the file', () => {
  test('of an architecture that is not known', async () => {
    await edit('config.json', (json) => ({ ...json, model_type: 'blip' }))
    await expectInvalid('config.json', 'its model_type blip is not one of clip, siglip')
  })

  test.each(['preprocessor_config.json', 'tokenizer.json'])('without %s', async (file) => {
    await rm(join(folder, file))
    await expectInvalid(file, 'it does not exist')
  })

  test('without graphs, naming those looked for', async () => {
    await rm(join(folder, 'onnx'), { recursive: true })
    await expectInvalid('onnx', /vision_model.onnx, vision_model_fp16.onnx, vision_model_quantized.onnx/)
  })

  test('whose text tower is missing in the precision of its image tower', async () => {
    await rm(join(folder, 'onnx/text_model.onnx'))
    await expectInvalid('onnx/text_model.onnx', 'it does not exist')
  })

  test('whose image processor resamples in an unknown way or cuts more than there is', async () => {
    await edit('preprocessor_config.json', (json) => ({ ...json, resample: 0 }))
    await expectInvalid('preprocessor_config.json', 'resample 0')
    await copyOf('tiny')
    await edit('preprocessor_config.json', (json) => ({ ...json, size: { shortest_edge: 16 } }))
    await expectInvalid('preprocessor_config.json', 'its crop_size is larger than its size')
  })

  test('whose graphs give features of another length than its configuration says', async () => {
    await edit('config.json', (json) => ({ ...json, projection_dim: 12 }))
    await expectInvalid('onnx/vision_model.onnx', 'not [batch, 12]')
  })

  test('whose adapter is for another model', async () => {
    await cp(join(tinyModel('open-clip-tiny'), 'adapter.safetensors'), join(folder, 'adapter.safetensors'))
    const opening = openEncoder(folder, runtime).then((encoder) => encoder.load())
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_ADAPTER' })
    await expect(opening).rejects.toThrow(join(folder, 'adapter.safetensors'))
  })
})
