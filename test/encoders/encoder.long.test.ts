import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { openEncoder } from '../../src/encoders/encoder.js'
import type { ImageSource } from '../../src/encoders/prepare-batch.js'
import { augmentationRecipe, randomViews } from '../../src/images/augmentation.js'
import { decodeImage } from '../../src/images/decode.js'
import { resample } from '../../src/images/pixels/resample.js'
import { type Matrix, makeUnit, rowOf } from '../../src/tensor/matrix.js'
import { sharedRuntime } from '../helpers/shared.js'
import { demoImages, fixture, miniClip, root, sourceOf } from './files.js'

const runtime = sharedRuntime()
const encoder = await openEncoder(miniClip, runtime)

const images = (
  await Promise.all(['bag', 'dress', 'sneaker', 'ankle_boot'].map((folder) => demoImages(folder, 35)))
).flat()
const both = { spaces: ['clip', 'imo'] }
const broken = sourceOf(Buffer.from('no image'))

async function encode(sources: readonly ImageSource[], options = {}) {
  const { clip, imo } = await encoder.encodeImages(sources, { ...both, ...options })
  if (clip === undefined || imo === undefined) throw new Error('a space is missing')
  return { clip, imo }
}

const features = await encode(images)

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? Number.NaN), 0)
}

function expectSame(a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-5) {
  expect(a.length).toBe(b.length)
  const differences = Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN)))
  expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance)
}

function expectUnitRows({ rows, columns, data }: Matrix, count: number) {
  expect([rows, columns, data.length]).toEqual([count, 192, count * 192])
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns)
    expect(dot(row, row)).toBeCloseTo(1, 5)
  }
}

describe('images', () => {
  test('become rows of unit length in both spaces', () => {
    expectUnitRows(features.clip, images.length)
    expectUnitRows(features.imo, images.length)
  })

  test('have other features in imo than in clip, though not far away', () => {
    for (let i = 0; i < images.length; i++) {
      const cosine = dot(rowOf(features.clip, i), rowOf(features.imo, i))
      expect(cosine).toBeGreaterThan(0.3)
      expect(cosine).toBeLessThan(0.999)
    }
  })

  test('have the same features whichever spaces are asked for together', async () => {
    const some = images.slice(0, 5)
    for (const space of ['clip', 'imo'] as const) {
      const alone = await encoder.encodeImages(some, { spaces: [space] })
      expect(Object.keys(alone)).toEqual([space])
      expectSame(alone[space]?.data ?? [], features[space].data.subarray(0, 5 * 192))
    }
    const twice = await encode(some, { spaces: ['imo', 'clip', 'imo'] })
    expectSame(twice.imo.data, features.imo.data.subarray(0, 5 * 192))
    expectSame(twice.clip.data, features.clip.data.subarray(0, 5 * 192))
  })

  test('have the same features alone as among others, across several batches', async () => {
    expect(images.length).toBeGreaterThan(2 * 64)
    for (const i of [0, 1, 63, 64, 65, 127, 128, images.length - 1]) {
      const alone = await encode(images.slice(i, i + 1))
      expectSame(alone.clip.data, rowOf(features.clip, i))
      expectSame(alone.imo.data, rowOf(features.imo, i))
    }
  })

  test('keep their order', async () => {
    const reversed = await encode(images.toReversed())
    for (let i = 0; i < images.length; i++) {
      expectSame(rowOf(reversed.clip, images.length - 1 - i), rowOf(features.clip, i))
    }
  })

  test('come to onBatch in order, before the next batch', async () => {
    const ranges: [number, number][] = []
    let busy = false
    await encode(images, {
      async onBatch(batch: Record<string, Matrix>, from: number, to: number) {
        expect(busy).toBe(false)
        busy = true
        await new Promise((resolve) => setTimeout(resolve, 5))
        ranges.push([from, to])
        expectSame(batch.imo?.data ?? [], features.imo.data.subarray(from * 192, to * 192))
        busy = false
      },
    })
    expect(ranges).toEqual([
      [0, 64],
      [64, 128],
      [128, 140],
    ])
  })

  test('may be none', async () => {
    const none = await encode([])
    expectUnitRows(none.clip, 0)
    expectUnitRows(none.imo, 0)
  })

  test('are refused for a space that the encoder does not compute', async () => {
    await expect(encoder.encodeImages(images, { spaces: ['clip', 'whitened'] })).rejects.toMatchObject({
      code: 'SPACE_NOT_AVAILABLE',
    })
  })

  test.each([0, 5, 63, 64, 139])(
    'of which number %d is broken are refused by its position',
    async (position) => {
      const sources = images.with(position, broken)
      await expect(encode(sources)).rejects.toMatchObject({
        code: 'INVALID_IMAGE',
        argument: `images[${position}]`,
      })
    },
  )

  test('are read only when their batch comes near', async () => {
    const read: number[] = []
    const counted = images.map(({ id, read: bytes }, i) => ({
      id,
      read: () => {
        read.push(i)
        return bytes()
      },
    }))
    await expect(
      encode(counted, {
        async onBatch() {
          throw new Error('enough')
        },
      }),
    ).rejects.toThrow('enough')
    expect(Math.max(...read)).toBeLessThan(128)
  })
})

describe('cancelling', () => {
  test('before the first batch encodes nothing', async () => {
    const batches: number[] = []
    const encoding = encode(images, {
      signal: AbortSignal.abort(),
      onBatch: async (_: unknown, from: number) => void batches.push(from),
    })
    await expect(encoding).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(batches).toEqual([])
  })

  test('after a batch keeps that batch and encodes no other', async () => {
    const controller = new AbortController()
    const batches: number[] = []
    const encoding = encode(images, {
      signal: controller.signal,
      async onBatch(_: unknown, from: number) {
        batches.push(from)
        controller.abort()
      },
    })
    await expect(encoding).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(batches).toEqual([0])
  })
})

describe('augmentation', () => {
  const recipe = augmentationRecipe(10)

  test('averages the unit features of all views', async () => {
    const [source] = images
    if (source === undefined) throw new Error('there are no images')
    const image = await decodeImage(await source.read())
    const views = randomViews(recipe, { id: source.id, width: image.width, height: image.height })
    const pictures = views.map(async (view) => {
      const data = await resample(image, view, encoder.imageSize, encoder.imageSize)
      const raw = { width: encoder.imageSize, height: encoder.imageSize, channels: 3 } as const
      return sourceOf(await sharp(data, { raw }).flop(view.mirrored).png().toBuffer())
    })
    const each = await encode(await Promise.all(pictures))
    const augmented = await encode([source], { recipe })
    for (const space of ['clip', 'imo'] as const) {
      const sum = new Float32Array(192)
      for (let i = 0; i < views.length; i++) {
        rowOf(each[space], i).forEach((value, k) => {
          sum[k] = (sum[k] ?? 0) + value
        })
      }
      makeUnit(sum)
      expectSame(augmented[space].data, sum)
    }
  })

  test('gives an image the same feature alone as among others, whose order is kept', async () => {
    const some = images.slice(30, 50)
    const augmented = await encode(some, { recipe })
    expectUnitRows(augmented.clip, some.length)
    for (const i of [0, 5, 6, 19]) {
      const alone = await encode(some.slice(i, i + 1), { recipe })
      expectSame(alone.imo.data, rowOf(augmented.imo, i))
      expect(dot(rowOf(augmented.clip, i), rowOf(features.clip, 30 + i))).toBeGreaterThan(0.6)
    }
  })

  test('names a broken image by its position among the images, not the views', async () => {
    await expect(encode(images.with(13, broken), { recipe })).rejects.toMatchObject({
      code: 'INVALID_IMAGE',
      argument: 'images[13]',
    })
  })

  test('may have more rounds than a batch has room for', async () => {
    const many = await encode(images.slice(0, 2), { recipe: augmentationRecipe(100) })
    expectUnitRows(many.clip, 2)
  })
})

describe('texts', () => {
  test('become rows of unit length, in order, across several batches', async () => {
    const texts = Array.from({ length: 150 }, (_, i) => `a photo of ${i} ${i % 2 ? 'dogs' : 'ships'}.`)
    const together = await encoder.encodeTexts(texts)
    expectUnitRows(together, texts.length)
    for (const i of [0, 63, 64, 149]) {
      expectSame((await encoder.encodeTexts(texts.slice(i, i + 1))).data, rowOf(together, i))
    }
  })

  test('do not depend on the padding that a longer text brings', async () => {
    const [alone, together] = [
      await encoder.encodeTexts(['a dog']),
      await encoder.encodeTexts(['a dog', 'a very long text '.repeat(20)]),
    ]
    expectSame(rowOf(together, 0), alone.data)
  })

  test('may be empty, and may be none', async () => {
    expectUnitRows(await encoder.encodeTexts(['']), 1)
    expectUnitRows(await encoder.encodeTexts([]), 0)
  })
})

describe('the Python reference', () => {
  type Features = Record<string, string>
  const floats = (base64: string): Float32Array =>
    new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)

  test('gives the same features of demo images and prompts', async () => {
    const expected = await fixture<{ clip: Features; imo: Features; texts: Features }>('features')
    const files = Object.keys(expected.clip)
    expect(files.length).toBe(10)
    const sources = await Promise.all(files.map(async (file) => sourceOf(await readFile(join(root, file)))))
    const found = await encode(sources)
    const texts = Object.keys(expected.texts)
    const foundTexts = await encoder.encodeTexts(texts)
    for (const [matrix, reference] of [
      [found.clip, expected.clip],
      [found.imo, expected.imo],
      [foundTexts, expected.texts],
    ] as const) {
      for (const [i, base64] of Object.values(reference).entries()) {
        expect(dot(rowOf(matrix, i), floats(base64))).toBeGreaterThan(0.99999)
      }
    }
  })
})

test.each([
  ['on a processor they take turns', true, ['model', 'prepare']],
  ['on another device the next batch is prepared while one is in the model', false, ['prepare', 'model']],
])('images and the model: %s', async (_, onCpu, order) => {
  const events: string[] = []
  const watched = await openEncoder(miniClip, {
    ...runtime,
    onCpu,
    async open(model, options) {
      const session = await runtime.open(model, options)
      return {
        ...session,
        async run(feeds, options) {
          const results = await session.run(feeds, options)
          events.push('model')
          return results
        },
      }
    },
  })
  const [image] = images
  if (image === undefined) throw new Error('there is no image')
  const second = {
    id: image.id,
    read: () => {
      events.push('prepare')
      return image.read()
    },
  }
  // The first batch is full: the last image is the second one's only.
  await watched.encodeImages([...images.slice(0, 64), second], { spaces: ['clip'] })
  expect(events).toEqual([...order, 'model'])
  await watched.close()
})
