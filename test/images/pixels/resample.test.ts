import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeImage } from '../../../src/images/decode.js'
import { resample } from '../../../src/images/pixels/resample.js'
import { fixture, root, sha256 } from '../../encoders/files.js'
import { noise } from '../../encoders/noise.js'

interface Case {
  file?: string
  width: number
  height: number
  block?: number
  region?: [number, number, number, number]
  to: [number, number]
  corner: string
  sha256: string
}

const cases = Object.entries(await fixture<Record<string, Case>>('resample'))

async function resampleCase({ file, width, height, block, region, to }: Case) {
  const image =
    file === undefined ? noise(width, height, block) : await decodeImage(await readFile(join(root, file)))
  const [left, top, across, down] = region ?? [0, 0, image.width, image.height]
  return { image, source: { left, top, width: across, height: down }, to }
}

test.each(cases)('%s equals Pillow to the byte', async (_, expected) => {
  const { image, source, to } = await resampleCase(expected)
  const pixels = await resample(image, source, ...to)
  expect(pixels.length).toBe(to[0] * to[1] * 3)
  expect(Buffer.from(pixels.subarray(0, expected.corner.length / 2)).toString('hex')).toBe(expected.corner)
  expect(sha256(pixels)).toBe(expected.sha256)
})

test('a window has the same bytes as that part of the whole', async () => {
  for (const [width, height] of [
    [41, 150],
    [300, 90],
    [20, 20],
  ] as const) {
    const image = noise(width, height)
    const source = { left: 3, top: 2, width: width - 5, height: height - 4 }
    const whole = await resample(image, source, 90, 70)
    const window = { left: 11, top: 23, width: 64, height: 31 }
    const part = await resample(image, source, 90, 70, { window })
    for (let y = 0; y < window.height; y++) {
      const from = ((window.top + y) * 90 + window.left) * 3
      const row = part.subarray(y * window.width * 3, (y + 1) * window.width * 3)
      expect(row).toEqual(whole.subarray(from, from + window.width * 3))
    }
  }
})
