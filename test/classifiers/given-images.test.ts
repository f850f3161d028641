import sharp from 'sharp'
import { expect, test } from 'vitest'
import { readGivenBytes, readGivenImages } from '../../src/classifiers/given-images.js'
import type { ImageInputContext } from '../../src/datasets/image-input.js'
import { inspectImage } from '../../src/images/decode.js'
import { imageIdOf } from '../../src/store/image-files.js'
import { picture } from '../helpers/pictures.js'

/** Nothing is stored. */
const context = {
  ...{ store: { images: { get: async () => null } }, imageFiles: {}, maxMegapixels: 1 },
  imageWorkers: { inspect: inspectImage },
} as unknown as ImageInputContext
const png = await picture(0, 7000)
const base64 = png.toString('base64')

test('an image is read with its header, its id and its bytes', async () => {
  const { width, height } = await sharp(png).metadata()
  const [read] = await readGivenImages([{ base64 }], context)
  expect(read).toMatchObject({ id: imageIdOf(png), bytes: png, stored: false, error: null })
  expect(await read?.info()).toEqual({ width, height, format: 'png' })
})

test('the pixels of an image are not decoded', async () => {
  const truncated = png.subarray(0, png.length - 300)
  await expect(sharp(truncated, { failOn: 'error' }).raw().toBuffer()).rejects.toThrow()
  const [read] = await readGivenImages([{ base64: truncated.toString('base64') }], context)
  expect(read).toMatchObject({ bytes: truncated, error: null })
})

test('an image that cannot be read has its own error, and the others are read', async () => {
  const broken = png.subarray(0, 20)
  const given = [{ base64: broken.toString('base64') }, { base64 }, { id: 'f' }, { base64: 'é' }]
  const read = await readGivenImages(given, context)
  expect(read.map(({ error }) => error && [error.code, error.argument])).toEqual([
    ['INVALID_IMAGE', 'images[0]'],
    null,
    ['UNKNOWN_IMAGE', 'images[2].id'],
    ['INVALID_BASE64', 'images[3].base64'],
  ])
  expect(read.map(({ id }) => id).slice(0, 3)).toEqual([imageIdOf(broken), imageIdOf(png), 'f'])
})

test('a header that is read when it is asked for is read once, and is null if it cannot be read', async () => {
  let inspected = 0
  const inspect = (...of: Parameters<typeof inspectImage>) => {
    inspected += 1
    return inspectImage(...of)
  }
  const given = [{ base64 }, { base64: png.subarray(0, 20).toString('base64') }]
  const read = await readGivenBytes(given, { ...context, imageWorkers: { inspect } })
  expect([inspected, read.map(({ error }) => error)]).toEqual([0, [null, null]])
  expect(await read[0]?.info()).toMatchObject({ format: 'png' })
  expect(await read[0]?.info()).toMatchObject({ format: 'png' })
  expect(inspected).toBe(1)
  expect(await read[1]?.info()).toBeNull()
})

test('a request that gives an image in no way or in two is refused whole', async () => {
  for (const wrong of [{}, { id: 'f', base64 }]) {
    const reading = readGivenImages([{ base64 }, wrong], context)
    await expect(reading).rejects.toMatchObject({ code: 'IMAGE_SOURCE_AMBIGUOUS', argument: 'images[1]' })
  }
  await expect(readGivenImages([], context)).rejects.toMatchObject({ code: 'EMPTY_LIST' })
})
