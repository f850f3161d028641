import sharp from 'sharp'
import { seeded } from '../../src/system/random.js'
import { pngChunk } from './tiny-png.js'

/** What the pictures show, by class. */
export const classNames = ['red stripes', 'green squares', 'blue disc'] as const

const side = 40

/** A small PNG that shows its class; no two variants have the same pixels. */
export function picture(classIndex: number, variant: number): Promise<Buffer> {
  const random = seeded('picture', classIndex, variant)
  const phase = random.next() * 6
  const scale = 5 + random.next() * 3
  const pixels = Buffer.alloc(side * side * 3)
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const inside = [
        () => Math.floor((y + phase) / scale) % 2 === 0,
        () => Math.floor((x + phase) / scale) % 2 === Math.floor(y / scale) % 2,
        () => (x - side / 2) ** 2 + (y - side / 2 - phase) ** 2 < (scale * 2) ** 2,
      ][classIndex % 3]?.()
      for (let channel = 0; channel < 3; channel++) {
        pixels[at++] = (inside ? (channel === classIndex % 3 ? 200 : 30) : 110) + random.integer(40)
      }
    }
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

export const base64 = async (image: Promise<Buffer>): Promise<string> => (await image).toString('base64')

/** The header of a PNG of that size, and no pixels. */
export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.alloc(0)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}
