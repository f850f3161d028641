import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeImage, inspectImage, type RgbImage } from '../../src/images/decode.js'
import { contentTypeOf } from '../../src/images/format.js'
import { noise } from '../encoders/noise.js'

const limit = 64
type Colour = readonly [number, number, number]

function pixel({ width, data }: RgbImage, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
}

function expectColour(image: RgbImage, x: number, y: number, colour: readonly number[], tolerance: number) {
  const found = pixel(image, x, y)
  const off = Math.max(...found.map((value, channel) => Math.abs(value - (colour[channel] ?? Number.NaN))))
  expect(off, `(${x}, ${y}) is ${found}, not ${colour}`).toBeLessThanOrEqual(tolerance)
}

const fromRaw = (data: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(data, { raw: { width, height, channels } })

const photo = () => {
  const { data, width, height } = noise(96, 64, 8)
  return sharp(data, { raw: { width, height, channels: 3 } })
}

describe('orientation', () => {
  const [width, height] = [48, 32]
  const quadrants = {
    red: [255, 0, 0],
    green: [0, 255, 0],
    blue: [0, 0, 255],
    grey: [128, 128, 128],
  } as const
  const upright = (x: number, y: number): Colour =>
    y < height / 2
      ? x < width / 2
        ? quadrants.red
        : quadrants.green
      : x < width / 2
        ? quadrants.blue
        : quadrants.grey
  /** Where the pixel stored at (x, y) is seen, for each EXIF orientation. */
  const seenAt: ((x: number, y: number) => [number, number])[] = [
    (x, y) => [x, y],
    (x, y) => [width - 1 - x, y],
    (x, y) => [width - 1 - x, height - 1 - y],
    (x, y) => [x, height - 1 - y],
    (x, y) => [y, x],
    (x, y) => [width - 1 - y, x],
    (x, y) => [width - 1 - y, height - 1 - x],
    (x, y) => [y, height - 1 - x],
  ]

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'an image of EXIF orientation %d is decoded upright',
    async (orientation) => {
      const turned = orientation >= 5
      const [storedWidth, storedHeight] = turned ? [height, width] : [width, height]
      const data = new Uint8Array(width * height * 3)
      for (let y = 0; y < storedHeight; y++) {
        for (let x = 0; x < storedWidth; x++) {
          const [seenX, seenY] = seenAt[orientation - 1]?.(x, y) ?? [0, 0]
          data.set(upright(seenX, seenY), (y * storedWidth + x) * 3)
        }
      }
      const jpeg = await fromRaw(data, storedWidth, storedHeight, 3)
        .withMetadata({ orientation })
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer()

      expect(await inspectImage(jpeg, limit)).toEqual({ width, height, format: 'jpeg' })
      const image = await decodeImage(jpeg)
      expect([image.width, image.height]).toEqual([width, height])
      for (const [x, y] of [
        [4, 4],
        [44, 4],
        [4, 28],
        [44, 28],
      ] as const) {
        expectColour(image, x, y, upright(x, y), 3)
      }
    },
  )
})

describe('every kind of image becomes upright 8-bit RGB', () => {
  test('transparency is over white', async () => {
    const data = Uint8Array.of(255, 0, 0, 255, 255, 0, 0, 128, 0, 0, 255, 0)
    const image = await decodeImage(await fromRaw(data, 3, 1, 4).png().toBuffer())
    expect(pixel(image, 0, 0)).toEqual([255, 0, 0])
    expectColour(image, 1, 0, [255, 127, 127], 1)
    expect(pixel(image, 2, 0)).toEqual([255, 255, 255])
  })

  test('grey', async () => {
    const png = await fromRaw(Uint8Array.of(0, 77, 255), 3, 1, 1)
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect((await sharp(png).metadata()).channels).toBe(1)
    expect([...(await decodeImage(png)).data]).toEqual([0, 0, 0, 77, 77, 77, 255, 255, 255])
  })

  test('grey with transparency', async () => {
    const data = Uint8Array.of(0, 255, 0, 0, 100, 255)
    const png = await fromRaw(data, 3, 1, 2).toColourspace('b-w').png().toBuffer()
    expect((await sharp(png).metadata()).channels).toBe(2)
    expect([...(await decodeImage(png)).data]).toEqual([0, 0, 0, 255, 255, 255, 100, 100, 100])
  })

  test('grey JPEG', async () => {
    const jpeg = await photo().toColourspace('b-w').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(jpeg).metadata()).channels).toBe(1)
    const [red, green, blue] = pixel(await decodeImage(jpeg), 40, 30)
    expect([green, blue]).toEqual([red, red])
  })

  test('palette, with and without transparency', async () => {
    const data = Uint8Array.of(255, 0, 0, 255, 0, 128, 0, 255, 0, 0, 255, 0, 9, 9, 9, 255)
    const png = await fromRaw(data, 4, 1, 4).png({ palette: true, dither: 0 }).toBuffer()
    expect((await sharp(png).metadata()).isPalette).toBe(true)
    expect([...(await decodeImage(png)).data]).toEqual([255, 0, 0, 0, 128, 0, 255, 255, 255, 9, 9, 9])

    const opaque = await fromRaw(Uint8Array.of(255, 0, 0, 0, 128, 0), 2, 1, 3)
      .png({ palette: true, dither: 0 })
      .toBuffer()
    expect((await sharp(opaque).metadata()).isPalette).toBe(true)
    expect([...(await decodeImage(opaque)).data]).toEqual([255, 0, 0, 0, 128, 0])
  })

  test('16 bits a channel', async () => {
    const data = Uint16Array.of(0, 0x8000, 0xffff, 0x1234, 0x4321, 0xabcd)
    const png = await fromRaw(data, 2, 1, 3).toColourspace('rgb16').png().toBuffer()
    expect((await sharp(png).metadata()).depth).toBe('ushort')
    const image = await decodeImage(png)
    expectColour(image, 0, 0, [0, 0x80, 0xff], 0)
    expectColour(image, 1, 0, [0x12, 0x43, 0xab], 1)
  })

  test('16 bits with transparency', async () => {
    const data = Uint16Array.of(0xffff, 0, 0, 0xffff, 0xffff, 0, 0, 0x8000, 0, 0, 0xffff, 0)
    const png = await fromRaw(data, 3, 1, 4).toColourspace('rgb16').png().toBuffer()
    expect(await sharp(png).metadata()).toMatchObject({ depth: 'ushort', channels: 4 })
    const image = await decodeImage(png)
    expectColour(image, 0, 0, [255, 0, 0], 0)
    expectColour(image, 1, 0, [255, 127, 127], 1)
    expectColour(image, 2, 0, [255, 255, 255], 0)
  })

  test('16-bit grey', async () => {
    const data = Uint16Array.of(0, 0x8000, 0xffff)
    const png = await fromRaw(data, 3, 1, 1).toColourspace('grey16').png().toBuffer()
    expect(await sharp(png).metadata()).toMatchObject({ depth: 'ushort', channels: 1 })
    expect([...(await decodeImage(png)).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255])
  })

  test('CMYK JPEG', async () => {
    const data = new Uint8Array(32 * 16 * 3)
    for (let i = 0; i < 32 * 16; i++) data.set(i % 32 < 16 ? [255, 255, 255] : [200, 30, 40], i * 3)
    const jpeg = await fromRaw(data, 32, 16, 3)
      .toColourspace('cmyk')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    expect((await sharp(jpeg).metadata()).space).toBe('cmyk')
    const image = await decodeImage(jpeg)
    expect(image.data.length).toBe(32 * 16 * 3)
    expectColour(image, 4, 8, [255, 255, 255], 4)
    expectColour(image, 28, 8, [200, 30, 40], 30)
  })

  test.each(['jpeg', 'tiff'] as const)(
    'a CMYK %s in plain colours is what its inks let through',
    async (format) => {
      const cmyk = await photo().toColourspace('cmyk').toFormat(format).toBuffer()
      const inks = await sharp(cmyk).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer()
      const expected = Array.from({ length: 96 * 64 * 3 }, (_, at) => {
        const pixel = 4 * Math.floor(at / 3)
        return ((255 - (inks[pixel + (at % 3)] ?? 0)) * (255 - (inks[pixel + 3] ?? 0))) / 255
      })
      const { data } = await decodeImage(cmyk, 'plain')
      expect(data.length).toBe(expected.length)
      for (const [at, value] of data.entries()) expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThan(1)
    },
  )

  test('a JPEG with a profile in its header, progressive or not, in plain colours', async () => {
    for (const progressive of [false, true]) {
      const jpeg = await photo()
        .withMetadata({ orientation: 1 })
        .withIccProfile('srgb')
        .jpeg({ progressive })
        .toBuffer()
      const pixels = await sharp(jpeg, { ignoreIcc: true }).raw().toBuffer()
      expect(Buffer.compare((await decodeImage(jpeg, 'plain')).data, pixels)).toBe(0)
    }
  })

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('%s', async (format) => {
    const bytes = await photo().toFormat(format).toBuffer()
    expect(await inspectImage(bytes, limit)).toEqual({ width: 96, height: 64, format })
    expect(contentTypeOf(format)).toBe(`image/${format}`)
    const image = await decodeImage(bytes)
    expect([image.width, image.height, image.data.length]).toEqual([96, 64, 96 * 64 * 3])
  })

  test('of an animation the first frame', async () => {
    const frames = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i < 8 * 8 * 3 ? 255 : 0))
    const gif = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .gif({ delay: [100, 100] })
      .toBuffer()
    expect((await sharp(gif).metadata()).pages).toBe(2)
    expect(await inspectImage(gif, limit)).toEqual({ width: 8, height: 8, format: 'gif' })
    const image = await decodeImage(gif)
    expect([image.width, image.height]).toEqual([8, 8])
    expect(pixel(image, 3, 3)).toEqual([255, 255, 255])
  })
})

describe('what is no image, or a broken one, is INVALID_IMAGE', () => {
  const invalid = { code: 'INVALID_IMAGE' }

  test.each([0.25, 0.5, 0.9])('JPEG and PNG of which %d is there', async (part) => {
    for (const whole of [await photo().jpeg().toBuffer(), await photo().png().toBuffer()]) {
      const bytes = whole.subarray(0, Math.floor(whole.length * part))
      await expect(decodeImage(bytes)).rejects.toMatchObject(invalid)
    }
  })

  test('a JPEG and a PNG that end within their header', async () => {
    for (const whole of [await photo().jpeg().toBuffer(), await photo().png().toBuffer()]) {
      const bytes = whole.subarray(0, 20)
      await expect(inspectImage(bytes, limit)).rejects.toMatchObject(invalid)
      await expect(decodeImage(bytes)).rejects.toMatchObject(invalid)
    }
  })

  test('a PNG with wrong bytes in the middle', async () => {
    const bytes = await photo().png().toBuffer()
    const middle = Math.floor(bytes.length / 2)
    bytes.fill(0x55, middle, middle + 50)
    await expect(decodeImage(bytes)).rejects.toMatchObject(invalid)
  })

  test.each([
    ['no bytes', ''],
    ['a text', 'This is a text and no image.'],
    ['a web page', '<!doctype html><html><body><img src="a.png"></body></html>'],
    [
      'an SVG',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    ],
    [
      'an SVG with a prologue',
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    ],
    ['the beginning of a PDF', '%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n'],
  ])('%s', async (_, text) => {
    await expect(inspectImage(Buffer.from(text), limit)).rejects.toMatchObject(invalid)
  })

  test('random bytes, whatever they begin with', async () => {
    const { data } = noise(30, 30)
    for (const start of [
      [],
      [0xff, 0xd8, 0xff, 0xe0],
      [0x89, 0x50, 0x4e, 0x47],
      [...Buffer.from('GIF89a')],
    ]) {
      const bytes = Uint8Array.of(...start, ...data)
      await expect(inspectImage(bytes, limit).then(() => decodeImage(bytes))).rejects.toMatchObject(invalid)
    }
  })
})

describe('an image of too many pixels', () => {
  /** A PNG file of a few bytes whose header claims that size. */
  function claiming(width: number, height: number): Buffer {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(width, 0)
    header.writeUInt32BE(height, 4)
    header.set([8, 2, 0, 0, 0], 8)
    return Buffer.concat([
      Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(10))),
      chunk('IEND', Buffer.alloc(0)),
    ])
  }

  function chunk(type: string, data: Buffer): Buffer {
    const body = Buffer.concat([Buffer.from(type), data])
    let crc = ~0
    for (const byte of body) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    }
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length, 0)
    ends.writeInt32BE(~crc, 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }

  test('is refused by its header, before decoding', async () => {
    const inspecting = inspectImage(claiming(100_000, 100_000), limit)
    await expect(inspecting).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
    await expect(inspecting).rejects.toThrow('100000 × 100000 pixels; the limit is 64 megapixels')
  })

  test('is one of more than the limit, whatever its shape', async () => {
    expect(await inspectImage(claiming(8000, 8000), limit)).toMatchObject({ width: 8000, height: 8000 })
    for (const [width, height] of [
      [8001, 8000],
      [1, 64_000_001],
    ] as const) {
      await expect(inspectImage(claiming(width, height), limit)).rejects.toMatchObject({
        code: 'IMAGE_TOO_LARGE',
      })
    }
  })
})

test('an image that was not checked before is refused above the limit that is given, before it is decoded', async () => {
  const png = await sharp({ create: { width: 1100, height: 1000, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  await expect(decodeImage(png, 'plain', { maxMegapixels: 1 })).rejects.toMatchObject({
    code: 'IMAGE_TOO_LARGE',
  })
  expect(await decodeImage(png, 'plain', { maxMegapixels: 1.1 })).toMatchObject({ width: 1100, height: 1000 })
})
