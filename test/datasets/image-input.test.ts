import sharp from 'sharp'
import { expect, test } from 'vitest'
import { type ImageInputContext, readImageInput } from '../../src/datasets/image-input.js'
import { inspectImage } from '../../src/images/decode.js'
import { imageIdOf } from '../../src/store/image-files.js'
import { picture } from '../helpers/pictures.js'

/** Nothing is stored. */
const context = {
  ...{ store: {}, imageFiles: {}, maxMegapixels: 1 },
  imageWorkers: { inspect: inspectImage },
} as unknown as ImageInputContext
const png = await picture(0, 7000)

test('an image is read with its header, its id and its bytes', async () => {
  const { width, height } = await sharp(png).metadata()
  expect(await readImageInput({ base64: png.toString('base64') }, context)).toEqual({
    ...{ width, height, format: 'png', stored: false },
    ...{ id: imageIdOf(png), bytes: png },
  })
})

test('the pixels of an image are not decoded', async () => {
  const truncated = png.subarray(0, png.length - 300)
  await expect(sharp(truncated, { failOn: 'error' }).raw().toBuffer()).rejects.toThrow()
  const read = await readImageInput({ base64: truncated.toString('base64') }, context)
  expect(read.bytes).toEqual(truncated)
})

test('a broken header is INVALID_IMAGE', async () => {
  const base64 = png.subarray(0, 20).toString('base64')
  await expect(readImageInput({ base64 }, context)).rejects.toMatchObject({ code: 'INVALID_IMAGE' })
})
