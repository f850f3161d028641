import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { decodeImage, inspectImage } from '../../src/images/decode.js'
import { thumbnailOf } from '../../src/images/thumbnail.js'

/** Images as people have them. */
const found = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url))

test('a JPEG with a wrong start of scan, as some phones write, has a thumbnail as it has pixels', async () => {
  const bytes = await found('samsung-invalid-sos.jpg')
  const { width, height } = await decodeImage(bytes)
  expect([width, height]).toEqual([160, 120])
  expect(await inspectImage(await thumbnailOf(bytes, 64), 1)).toMatchObject({ width: 64, height: 48 })
})

test.each(['red-8bit-srgb-profile.png', 'red-16bit-srgb-profile.png'])('%s is red', async (name) => {
  for (const colours of ['managed', 'plain'] as const) {
    const { data } = await decodeImage(await found(name), colours)
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0])
  }
})

test('grey between 16 and 235 is stretched to black and white', async () => {
  const [full, limited] = await Promise.all(
    ['mono-full.avif', 'mono-limited.avif'].map(async (name) => (await decodeImage(await found(name))).data),
  )
  const differences = Array.from(full ?? [], (value, i) => Math.abs(value - (limited?.[i] ?? 0)))
  expect(Math.max(...differences)).toBeLessThan(6)
})

test('EXIF behind the pixels of a PNG turns it upright', async () => {
  expect(await inspectImage(await found('exif-after-idat.png'), 1)).toMatchObject({ width: 120, height: 160 })
})

test('of an animated AVIF the first frame is taken', async () => {
  const bytes = await found('anim.avif')
  expect(await inspectImage(bytes, 1)).toEqual({ width: 160, height: 120, format: 'avif' })
  const { data } = await decodeImage(bytes)
  expect(new Set(data).size).toBeGreaterThan(100)
})

test('samples whose black and white are not known are refused, with what to do', async () => {
  const inspecting = inspectImage(await found('tif-float01.tif'), 1)
  await expect(inspecting).rejects.toMatchObject({ code: 'INVALID_IMAGE' })
  await expect(inspecting).rejects.toThrow(
    'floating-point numbers, whose range for black and white is not known',
  )
})

test.each([
  ['a HEIC image', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['a BMP image', 'BM\x00\x00'],
  ['an archive', 'PK\x03\x04'],
  ['a PDF', '%PDF-1.7'],
  ['an SVG', '\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
])('%s is refused by its name', async (name, start) => {
  await expect(inspectImage(Buffer.from(start, 'latin1'), 1)).rejects.toThrow(
    `it is ${name}, which is not one of`,
  )
})

test('a PNG that ends in its header is refused with words', async () => {
  const bytes = (await found('exif-after-idat.png')).subarray(0, 20)
  await expect(inspectImage(bytes, 1)).rejects.toThrow('its header is broken or ends too early.')
})
