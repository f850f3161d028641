import decodeIco from 'decode-ico'
import sharp from 'sharp'
import { copyOf, type FormatDecoder, type RgbaImage, viewOf } from './rgba-image.js'

/** Icons and cursors of Windows: the largest image of the file, a bitmap or a PNG. */
export const ico: FormatDecoder = {
  memoryPerPixel: 12,
  sizeOf(bytes) {
    const view = viewOf(bytes)
    const count = view.getUint16(4, true)
    let largest = { width: 0, height: 0 }
    for (let i = 0; i < count; i++) {
      const size = sizeAt(view, view.getUint32(6 + 16 * i + 12, true))
      if (size.width * size.height > largest.width * largest.height) largest = size
    }
    return largest
  },
  async decode(bytes) {
    const images = decodeIco(copyOf(bytes))
    const [first, ...others] = images
    if (first === undefined) throw new Error('it has no image')
    const largest = others.reduce((most, each) => (area(each) > area(most) ? each : most), first)
    if (largest.type === 'png') return decodePng(largest.data)
    return { width: largest.width, height: largest.height, data: Uint8Array.from(largest.data) }
  },
}

/** The size of an image in the file, by its own header. That in the list has no room for more than 256 pixels. */
function sizeAt(view: DataView, at: number): { width: number; height: number } {
  const isPng = view.getUint32(at) === 0x89504e47
  return isPng
    ? { width: view.getUint32(at + 16), height: view.getUint32(at + 20) }
    : // A bitmap in an icon is followed by its mask, which its height counts.
      { width: view.getInt32(at + 4, true), height: Math.abs(view.getInt32(at + 8, true)) >> 1 }
}

const area = ({ width, height }: { readonly width: number; readonly height: number }): number =>
  width * height

async function decodePng(bytes: Uint8Array): Promise<RgbaImage> {
  const image = sharp(bytes, { failOn: 'error' }).ensureAlpha().toColourspace('srgb')
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}
