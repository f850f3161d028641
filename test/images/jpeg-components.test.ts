import sharp from 'sharp'
import { expect, test } from 'vitest'
import { jpegComponents } from '../../src/images/jpeg-components.js'

const photo = () => sharp({ create: { width: 40, height: 30, channels: 3, background: '#c04020' } })

test.each([
  ['grey', 1, () => photo().toColourspace('b-w').jpeg()],
  ['colours', 3, () => photo().jpeg()],
  ['colours, progressive', 3, () => photo().jpeg({ progressive: true })],
  [
    'colours, a profile and EXIF before the frame',
    3,
    () =>
      photo()
        .keepMetadata()
        .withExif({ IFD0: { Copyright: 'x'.repeat(999) } })
        .withIccProfile('srgb')
        .jpeg(),
  ],
  ['inks', 4, () => photo().toColourspace('cmyk').jpeg()],
] as const)('a JPEG of %s has %i', async (_, components, image) => {
  const bytes = await image().toBuffer()
  expect(jpegComponents(bytes)).toBe(components)
  // Read from within a larger array as from one of its own.
  expect(jpegComponents(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toBe(components)
})

test('what is cut off before its frame header, broken or no JPEG has none', async () => {
  const jpeg = await photo().jpeg().toBuffer()
  const others = [Buffer.alloc(0), Buffer.of(0xff), jpeg.subarray(0, 20), await photo().png().toBuffer()]
  const broken = Buffer.from(jpeg)
  broken[2] = 0
  const short = Buffer.of(0xff, 0xd8, ...Array(400).fill([0xff, 0xe0, 0, 0]).flat())
  for (const bytes of [...others, broken, short]) expect(jpegComponents(bytes)).toBeUndefined()
})
