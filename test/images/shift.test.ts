import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodeImage } from '../../src/images/decode.js'
import { shiftImage } from '../../src/images/shift.js'
import { shiftKinds, shiftStrengths } from '../../src/images/shift-kinds.js'
import { picture } from '../helpers/pictures.js'

const original = await picture(1, 7)
const pixels = async (bytes: Uint8Array) => Array.from((await decodeImage(bytes)).data)
const before = await pixels(original)

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) => {
  const centre = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)))
}
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(mean(a.map((value, i) => (value - (b[i] ?? 0)) ** 2)))

test.each(shiftKinds)(
  '%s keeps the size, is the same every time and moves further with its strength',
  async (kind) => {
    const distances: number[] = []
    for (const strength of shiftStrengths) {
      const shifted = await shiftImage(original, kind, strength, 'seed')
      expect(await sharp(shifted).metadata()).toMatchObject({
        width: 40,
        height: 40,
        format: 'png',
        channels: 3,
      })
      expect(await shiftImage(original, kind, strength, 'seed')).toEqual(shifted)
      distances.push(distance(await pixels(shifted), before))
    }
    expect(distances).toEqual([...distances].sort((a, b) => a - b))
    expect(distances[0]).toBeGreaterThan(1)
  },
)

test('contrast keeps the mean and half of the deviation, then a quarter', async () => {
  for (const [strength, share] of [
    [1, 0.5],
    [2, 0.25],
  ] as const) {
    const shifted = await pixels(await shiftImage(original, 'contrast', strength, ''))
    expect(mean(shifted)).toBeCloseTo(mean(before), 0)
    expect(deviation(shifted) / deviation(before)).toBeCloseTo(share, 2)
  }
})

test('noise has the deviation it says and differs from image to image', async () => {
  const grey = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  const [one, other] = await Promise.all(
    ['one', 'other'].map(async (seed) => pixels(await shiftImage(grey, 'noise', 1, seed))),
  )
  expect(mean(one ?? [])).toBeCloseTo(128, -0.5)
  expect(Math.abs(deviation(one ?? []) - 20)).toBeLessThan(1)
  expect(one).not.toEqual(other)
})

test('what is no image is refused', async () => {
  await expect(shiftImage(Buffer.from('no image'), 'blur', 1, '')).rejects.toMatchObject({
    code: 'INVALID_IMAGE',
  })
})
