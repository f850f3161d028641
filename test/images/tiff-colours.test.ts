import { expect, test } from 'vitest'
import { checkImage, decodeImage } from '../../src/images/decode.js'

interface Tiff {
  readonly photometric: number
  readonly bits: 8 | 16
  /** The samples of one row of pixels. */
  readonly samples: readonly number[]
  readonly channels: number
  readonly isBig?: boolean
}

/** An uncompressed TIFF or BigTIFF of one row, from the little end. */
function tiffOf({ photometric, bits, samples, channels, isBig = false }: Tiff): Buffer {
  const pixels = Buffer.alloc((samples.length * bits) / 8)
  for (const [i, value] of samples.entries()) pixels.writeUIntLE(value, (i * bits) / 8, bits / 8)
  const width = samples.length / channels
  const header = isBig ? 16 : 8
  const bitsAt = header + pixels.length
  const entries: [tag: number, count: number, value: number][] = [
    [256, 1, width],
    [257, 1, 1],
    // Up to four short numbers lie in an entry of a BigTIFF, and two in that of others.
    [258, channels, bitsAt],
    [259, 1, 1],
    [262, 1, photometric],
    [273, 1, header],
    [277, 1, channels],
    [278, 1, 1],
    [279, 1, pixels.length],
  ]
  const [countBytes, entryBytes, valueAt] = isBig ? [8, 20, 12] : [2, 12, 8]
  const directory = Buffer.alloc(countBytes + entryBytes * entries.length + (isBig ? 8 : 4))
  directory.writeUInt16LE(entries.length, 0)
  for (const [i, [tag, count, value]] of entries.entries()) {
    const at = countBytes + entryBytes * i
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(tag === 273 || tag === 279 ? 4 : 3, at + 2)
    directory.writeUInt32LE(count, at + 4)
    if (tag === 258 && isBig)
      for (let c = 0; c < channels; c++) directory.writeUInt16LE(bits, at + valueAt + 2 * c)
    else directory.writeUInt32LE(value, at + valueAt)
  }
  const depths = Buffer.alloc(2 * channels)
  for (let c = 0; c < channels; c++) depths.writeUInt16LE(bits, 2 * c)
  const start = Buffer.alloc(header)
  start.write(isBig ? 'II\x2b\0\x08\0\0\0' : 'II\x2a\0', 'latin1')
  start.writeUInt32LE(header + pixels.length + depths.length, isBig ? 8 : 4)
  return Buffer.concat([start, pixels, depths, directory])
}

test.each([false, true])(
  'a TIFF of colours that the decoder takes for others is refused by their name (BigTIFF: %s)',
  async (isBig) => {
    const samples = [81, 90, 240, 145, 54, 34]
    const of = (photometric: number) => tiffOf({ photometric, bits: 8, samples, channels: 3, isBig })
    await expect(checkImage(of(6), 1)).rejects.toThrow('its colours are YCbCr without JPEG compression')
    await expect(checkImage(of(8), 1)).rejects.toThrow('its colours are CIE Lab')
    expect([...(await decodeImage(of(2), 'plain')).data]).toEqual(samples)
  },
)

test('inks of 16 bits are those of 8 bits', async () => {
  const samples = [0, 255, 128, 0, 10, 20, 30, 64]
  const bytes = tiffOf({ photometric: 5, bits: 8, samples, channels: 4 })
  const words = tiffOf({
    photometric: 5,
    bits: 16,
    samples: samples.map((value) => value * 257),
    channels: 4,
  })
  const expected = await decodeImage(bytes, 'plain')
  expect([...expected.data]).toEqual([255, 0, 127, 184, 176, 169])
  expect((await decodeImage(words, 'plain')).data).toEqual(expected.data)
})
