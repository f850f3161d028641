import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
