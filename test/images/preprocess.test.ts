import { describe, expect, test } from 'vitest'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { resample } from '../../src/images/pixels/resample.js'
import { preprocess, preprocessView } from '../../src/images/preprocess.js'
import { fixture, miniClip, sha256 } from '../encoders/files.js'
import { noise } from '../encoders/noise.js'

interface Case {
  width: number
  height: number
  block?: number
  size: number
  corner: string
  sha256: string
  means: string
}

const { manifest } = await readModelFolder(miniClip)
const { mean, std } = manifest
const cases = Object.entries(await fixture<Record<string, Case>>('preprocess'))

/** Normalised planes back to rows of RGB bytes. */
function toBytes(pixels: Float32Array): Uint8Array {
  const area = pixels.length / 3
  return Uint8Array.from(pixels, (_, at) => {
    const channel = at % 3
    const value = pixels[channel * area + Math.floor(at / 3)] ?? Number.NaN
    return Math.round((value * (std[channel] ?? 0) + (mean[channel] ?? 0)) * 255)
  })
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test.each(cases)('%s is resized, cropped and normalised as by torchvision', async (_, expected) => {
  const { width, height, block, size } = expected
  const pixels = new Float32Array(3 * size ** 2)
  await preprocess(noise(width, height, block), { ...manifest, imageSize: size, shorterSide: size }, pixels)

  const bytes = toBytes(pixels)
  expect(Buffer.from(bytes.subarray(0, expected.corner.length / 2)).toString('hex')).toBe(expected.corner)
  expect(sha256(bytes)).toBe(expected.sha256)
  for (const [channel, expectedMean] of expected.means.split(' ').entries()) {
    const plane = pixels.subarray(channel * size ** 2, (channel + 1) * size ** 2)
    expect(meanOf(plane)).toBeCloseTo(Number(expectedMean), 5)
  }
})

test('an image of a million pixels in one row costs no more than its middle', async () => {
  for (const [width, height] of [
    [1_000_000, 1],
    [1, 1_000_000],
  ] as const) {
    const image = { width, height, data: new Uint8Array(3_000_000).fill(7) }
    const pixels = new Float32Array(3 * 64 ** 2)
    const before = performance.now()
    await preprocess(image, manifest, pixels)
    expect(performance.now() - before).toBeLessThan(1000)
    expect(toBytes(pixels).every((byte) => byte === 7)).toBe(true)
  }
})

describe('a view of an image', () => {
  const image = noise(100, 80)
  const whole = { left: 0, top: 0, width: 100, height: 80 }
  const planes = async (view: Parameters<typeof preprocessView>[1]) => {
    const pixels = new Float32Array(3 * 64 ** 2)
    await preprocessView(image, view, manifest, pixels)
    return pixels
  }

  test('that is mirrored has its rows turned round', async () => {
    const plain = await planes({ ...whole, mirrored: false })
    const mirrored = await planes({ ...whole, mirrored: true })
    for (let row = 0; row < 3 * 64; row++) {
      const [from, to] = [row * 64, (row + 1) * 64]
      expect(mirrored.slice(from, to).reverse()).toEqual(plain.slice(from, to))
    }
  })

  test('depends on nothing outside it', async () => {
    const view = { left: 20, top: 10, width: 50, height: 60, mirrored: false }
    const before = await planes(view)
    const blackened = new Uint8Array(image.data.length)
    for (let y = view.top; y < view.top + view.height; y++) {
      const from = (y * image.width + view.left) * 3
      blackened.set(image.data.subarray(from, from + view.width * 3), from)
    }
    const pixels = new Float32Array(3 * 64 ** 2)
    await preprocessView({ ...image, data: blackened }, view, manifest, pixels)
    expect(pixels).toEqual(before)
  })

  test('of the exact size is the pixels themselves', async () => {
    const bytes = toBytes(await planes({ left: 36, top: 16, width: 64, height: 64, mirrored: false }))
    for (let y = 0; y < 64; y++) {
      const from = ((16 + y) * 100 + 36) * 3
      expect(bytes.subarray(y * 192, (y + 1) * 192)).toEqual(image.data.subarray(from, from + 192))
    }
  })
})

test.each([
  // The image, and what of it is there at a longer side of 16: halves are rounded to even.
  [40, 20, { width: 16, height: 8, left: 0, top: 4 }],
  [20, 40, { width: 8, height: 16, left: 4, top: 0 }],
  [32, 11, { width: 16, height: 6, left: 0, top: 5 }],
  [32, 13, { width: 16, height: 6, left: 0, top: 5 }],
  [32, 30, { width: 16, height: 15, left: 0, top: 0 }],
  [1000, 1, { width: 16, height: 1, left: 0, top: 7 }],
])('an image of %d × %d with borders lies whole in the middle', async (width, height, place) => {
  const size = 16
  const image = noise(width, height)
  const pixels = new Float32Array(3 * size ** 2)
  await preprocess(image, { ...manifest, imageSize: size, shorterSide: null, borders: [10, 20, 30] }, pixels)
  const whole = { left: 0, top: 0, width, height }
  const resized = await resample(image, whole, place.width, place.height)
  const expected = Uint8Array.from({ length: 3 * size ** 2 }, (_, at) => {
    const [x, y, channel] = [
      (Math.floor(at / 3) % size) - place.left,
      Math.floor(at / 3 / size) - place.top,
      at % 3,
    ]
    const isInside = x >= 0 && x < place.width && y >= 0 && y < place.height
    return (isInside ? resized[(y * place.width + x) * 3 + channel] : [10, 20, 30][channel]) ?? 0
  })
  expect(toBytes(pixels)).toEqual(expected)
})
