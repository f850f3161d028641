import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { checkImage, decodeImage, inspectImage } from '../../src/images/decode.js'
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
  ['a Photoshop file', '8BPS\0\x01'],
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

test('a JPEG XL with alpha lies over white', async () => {
  const bytes = await found('rgba.jxl')
  const { data, width, height } = await decodeImage(bytes)
  expect([width, height]).toEqual([48, 36])
  expect([...data.subarray(0, 3)]).toEqual([255, 255, 255])
  // Red grows to the right, green downwards; the lower right is opaque.
  expect([...data.subarray(-3)]).toEqual([255, 255, 0])
})

test.each([
  ['rgba.jp2', 'it has 4 channels of colour'],
  ['cut.heic', ''],
  ['cut.jp2', ''],
  ['cut.jxl', ''],
  ['cut.bmp', 'ends too early'],
  ['cut.tga', 'ends too early'],
  ['cut.ppm', 'ends too early'],
  ['cut.ico', ''],
])('%s is refused, with why', async (name, says) => {
  const whole = new URL(
    `./corpus/${name.replace('cut.', 'rgb.').replace('rgb.ico', 'rgba.ico')}`,
    import.meta.url,
  )
  const bytes = name.startsWith('cut.') ? (await readFile(whole)).subarray(0, -200) : await found(name)
  const checking = checkImage(bytes, 1)
  await expect(checking).rejects.toMatchObject({ code: 'INVALID_IMAGE' })
  if (says !== '') await expect(checking).rejects.toThrow(says)
})

test('a JPEG that is cut short is refused, or read and marked', async () => {
  const bytes = await readFile(new URL('./corpus/cut-short.jpg', import.meta.url))
  await expect(checkImage(bytes, 1)).rejects.toMatchObject({ code: 'INVALID_IMAGE' })
  expect(await checkImage(bytes, 1, { readCutShort: true })).toMatchObject({ isCutShort: true })
  const whole = await readFile(new URL('./corpus/rgb-0.jpg', import.meta.url))
  expect(await checkImage(whole, 1, { readCutShort: true })).toMatchObject({ isCutShort: false })
  // What is broken in another way stays refused.
  const broken = Buffer.from(whole).fill(0xff, 300, 500)
  await expect(checkImage(broken, 1, { readCutShort: true })).rejects.toMatchObject({ code: 'INVALID_IMAGE' })
})

test.each([
  ['bmp', 'BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x00\x40\0\0\x00\x40\0\0\x01\0\x18\0'],
  ['tga', '\0\0\x02\0\0\0\0\0\0\0\0\0\x00\x40\x00\x40\x18\0'],
  ['ppm', 'P6 16384 16384 255 '],
])('the header of a %s is checked before its pixels', async (_, start) => {
  const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(100)])
  await expect(inspectImage(bytes, 64)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
})
