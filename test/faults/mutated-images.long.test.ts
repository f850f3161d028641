import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodeImage } from '../../src/images/decode.js'
import { type Random, seeded } from '../../src/system/random.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { picture, pngHeader } from '../helpers/pictures.js'

const folder = await temporaryFolder()
const library = await openTestLibrary(folder)

const png = await picture(0, 0)
const originals = [
  png,
  await sharp(png).jpeg().toBuffer(),
  await sharp(png).jpeg({ progressive: true }).toBuffer(),
  await sharp(png).webp().toBuffer(),
  await sharp(png).gif().toBuffer(),
  await sharp(png).tiff().toBuffer(),
  await sharp(png).avif({ effort: 0 }).toBuffer(),
]

const flipBits = (image: Buffer, random: Random, flips: number, within = image.length): Buffer => {
  const flipped = Buffer.from(image)
  for (let i = 0; i < flips; i++) {
    const at = random.integer(within)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(8))
  }
  return flipped
}

const absurdSizes = [0, 1, 0x7fff_ffff, 0xffff_ffff, 65_535, 100_000]
const signatures = [
  '%PDF-1.7',
  'PK\x03\x04',
  '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'GIF89a',
  'RIFF....WEBPVP8X',
  'II*\0',
  'BM',
  '\xff\xd8\xff\xe0',
  '\0\0\0\x20ftypavif',
]

/** What may be done to an image on its way. */
const mutations: readonly ((image: Buffer, random: Random) => Buffer)[] = [
  (image, random) => image.subarray(0, random.integer(image.length)),
  (image, random) => flipBits(image, random, 1 + random.integer(20)),
  (image, random) => flipBits(image, random, 1 + random.integer(4), Math.min(64, image.length)),
  // Another type than its first bytes say, or none.
  (image, random) =>
    Buffer.concat([
      Buffer.from(signatures[random.integer(signatures.length)] ?? '', 'latin1'),
      image.subarray(random.integer(32)),
    ]),
  (_, random) => Buffer.from(Array.from({ length: random.integer(400) }, () => random.integer(256))),
  // Absurd headers.
  (_, random) => pngHeader(absurdSizes[random.integer(6)] ?? 0, absurdSizes[random.integer(6)] ?? 0),
  (image, random) => {
    const changed = Buffer.from(image)
    changed.writeUInt32BE(
      absurdSizes[random.integer(6)] ?? 0,
      random.integer(Math.min(200, image.length - 4)),
    )
    return changed
  },
  // Two halves of two images.
  (image, random) => {
    const other = originals[random.integer(originals.length)] ?? image
    return Buffer.concat([
      image.subarray(0, random.integer(image.length)),
      other.subarray(random.integer(other.length)),
    ])
  },
]

const count = 500
const perRequest = 50

test(`${count} mutated images: each is taken or rejected with a code, whole or not at all`, async () => {
  const random = seeded('mutated images')
  const mutated = Array.from({ length: count }, (_, i) => {
    const mutate = mutations[i % mutations.length]
    const original = originals[random.integer(originals.length)] ?? png
    return mutate?.(original, random) ?? original
  })
  const dataset = await library.datasets.create({ name: 'Mutated', classes: [{ name: 'any' }] })
  let [added, duplicates] = [0, 0]
  const codes: Record<string, number> = {}
  for (let from = 0; from < count; from += perRequest) {
    const images = mutated.slice(from, from + perRequest).map((bytes, i) => ({
      // By both ways in.
      image: i % 2 ? { base64: bytes.toString('base64') } : { upload: { read: async () => bytes } },
      class: 'any',
      split: 'TEST' as const,
    }))
    const result = await library.datasets.addImages({ dataset: dataset.id, images })
    added += result.added
    duplicates += result.duplicates
    for (const { code, reason } of result.rejected) {
      codes[code] = (codes[code] ?? 0) + 1
      expect(reason).not.toContain(folder)
    }
  }

  expect(added + duplicates + Object.values(codes).reduce((sum, each) => sum + each, 0)).toBe(count)
  expect(Object.keys(codes).sort()).toEqual(['IMAGE_TOO_LARGE', 'INVALID_IMAGE'])
  // The mutations are neither all harmless nor all fatal.
  expect(codes.INVALID_IMAGE).toBeGreaterThan(count / 4)
  expect(added).toBeGreaterThan(count / 50)

  const rows = await library.store.datasets.images(dataset.id)
  const images = await library.store.images.getMany(rows.map(({ imageId }) => imageId))
  expect(rows.length).toBe(added)
  expect(images.length).toBe(added)
  for (const { id, width, height } of images) {
    const decoded = await decodeImage(await library.imageFiles.read(id))
    expect([decoded.width, decoded.height]).toEqual([width, height])
  }
  expect((await filesBelow(join(folder, 'images'))).length).toBe(added)

  const good = { image: { base64: png.toString('base64') }, class: 'any', split: 'TEST' as const }
  expect(await library.datasets.addImages({ dataset: dataset.id, images: [good] })).toMatchObject({
    rejected: [],
  })
})
