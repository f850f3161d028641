import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeImage, inspectImage, type RgbImage } from '../../src/images/decode.js'
import { thumbnailOf } from '../../src/images/thumbnail.js'

/** What Pillow makes of each image; see `tools/parity/image_corpus.py`. */
const expectedSchema = z.record(
  z.string(),
  z.object({
    width: z.number(),
    height: z.number(),
    /** Whether every decoder gives the same pixels. */
    exact: z.boolean(),
    /** The mean colours of a grid of 6 rows and 8 columns. */
    means: z.array(z.tuple([z.number(), z.number(), z.number()])),
    sha256: z.string(),
  }),
)
const folder = new URL('./corpus/', import.meta.url)
const expected = expectedSchema.parse(JSON.parse(await readFile(new URL('expected.json', folder), 'utf8')))

/** Decoders round the colours of formats with loss differently, by less than this. */
const tolerance = 3

/** The bounds of `count` parts of a length, the first of them one longer where it does not divide. */
const parts = (length: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) => Math.floor(length / count) * i + Math.min(i, length % count))

function meansOf({ width, height, data }: RgbImage): number[][] {
  const [rows, columns] = [parts(height, 6), parts(width, 8)]
  const means: number[][] = []
  for (let r = 0; r < 6; r++) {
    for (let c = 0; c < 8; c++) {
      const sum = [0, 0, 0]
      let pixels = 0
      for (let y = rows[r] ?? 0; y < (rows[r + 1] ?? 0); y++) {
        for (let x = columns[c] ?? 0; x < (columns[c + 1] ?? 0); x++, pixels++) {
          for (let i = 0; i < 3; i++) sum[i] = (sum[i] ?? 0) + (data[3 * (y * width + x) + i] ?? 0)
        }
      }
      means.push(sum.map((value) => value / pixels))
    }
  }
  return means
}

function largestDifference(image: RgbImage, means: readonly (readonly number[])[]): number {
  const differences = meansOf(image).flatMap((mean, i) =>
    mean.map((value, channel) => Math.abs(value - (means[i]?.[channel] ?? Number.NaN))),
  )
  return Math.max(...differences)
}

/** Managed colours put transparency over white and convert inks by their profile. Otherwise both are the same. */
const looksTheSame = (name: string): boolean =>
  !/alpha|rgba|transparent|key|cmyk|small-frame|bitmap.ico|sizes.ico/.test(name)

describe('what intake takes is what Pillow makes of it, upright, and can be shown', () => {
  test.each(Object.entries(expected))('%s', async (name, { width, height, exact, means, sha256 }) => {
    const bytes = await readFile(new URL(name, folder))
    expect(await inspectImage(bytes, 1)).toMatchObject({ width, height })
    const image = await decodeImage(bytes, 'plain', { readCutShort: name.startsWith('cut-short') })
    expect([image.width, image.height]).toEqual([width, height])
    expect(largestDifference(image, means)).toBeLessThan(tolerance)
    if (exact) expect(createHash('sha256').update(image.data).digest('hex')).toBe(sha256)
    const managed = await decodeImage(bytes, 'managed', { readCutShort: true })
    expect([managed.width, managed.height]).toEqual([width, height])
    if (looksTheSame(name)) expect(largestDifference(managed, means)).toBeLessThan(tolerance)
    expect(await inspectImage(await thumbnailOf(bytes, 32, { readCutShort: true }), 1)).toMatchObject({
      format: 'webp',
    })
  })
})
