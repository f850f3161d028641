import { inflateSync } from 'node:zlib'
import type { Metadata } from 'sharp'
import type { ImageFormat } from './format.js'

/** The EXIF orientation of an image, from 1 to 8, wherever in the file it stands; 1 if it stands nowhere. */
export function orientationOf(
  bytes: Uint8Array,
  format: ImageFormat,
  { orientation, exif, xmp }: Pick<Metadata, 'orientation' | 'exif' | 'xmp'>,
): number {
  // The decoder has turned it already.
  if (format === 'avif') return 1
  const found =
    orientation ??
    (exif && ofExif(exif)) ??
    (format === 'png' ? ofPng(bytes) : undefined) ??
    (xmp && ofXmp(xmp.toString('latin1')))
  return found !== undefined && found >= 1 && found <= 8 ? found : 1
}

const orientationTag = 0x0112

/** The orientation in EXIF, which is a TIFF without pixels. */
function ofExif(exif: Uint8Array): number | undefined {
  const start = Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? 6 : 0
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start)
  try {
    const littleEndian = view.getUint16(0) === 0x4949
    const directory = view.getUint32(4, littleEndian)
    const entries = view.getUint16(directory, littleEndian)
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + 12 * i
      if (view.getUint16(entry, littleEndian) === orientationTag)
        return view.getUint16(entry + 8, littleEndian)
    }
  } catch (error) {
    // It ends too early.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

const ofXmp = (xmp: string): number | undefined => {
  const value = /tiff:Orientation(?:="|>)([1-8])/.exec(xmp)?.[1]
  return value === undefined ? undefined : Number(value)
}

/** Texts longer than this, unpacked, are no EXIF. */
const maxTextBytes = 2 ** 20

/** The orientation of a PNG. The decoder reads only what stands before the pixels. */
function ofPng(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let ofText: number | undefined
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const data = bytes.subarray(at + 8, at + 8 + view.getUint32(at))
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1')
    if (type === 'eXIf') return ofExif(data)
    if (type === 'tEXt' || type === 'zTXt' || type === 'iTXt') ofText ??= ofPngText(type, data)
  }
  return ofText
}

/** ImageMagick writes EXIF as a text of hexadecimal digits; others write XMP. */
function ofPngText(type: string, data: Uint8Array): number | undefined {
  const nameEnd = data.indexOf(0)
  const name = Buffer.from(data.subarray(0, nameEnd)).toString('latin1')
  if (name === 'XML:com.adobe.xmp') return ofXmp(Buffer.from(data).toString('latin1'))
  if (name !== 'Raw profile type exif' && name !== 'Raw profile type APP1') return undefined
  const text =
    type === 'zTXt' ? inflated(data.subarray(nameEnd + 2)) : Buffer.from(data.subarray(nameEnd + 1))
  // A newline, the name, the number of bytes, then the digits.
  const [, , , ...lines] = text.toString('latin1').split('\n')
  return ofExif(Buffer.from(lines.join(''), 'hex'))
}

function inflated(data: Uint8Array): Buffer {
  try {
    return inflateSync(data, { maxOutputLength: maxTextBytes })
  } catch {
    // A text that is broken or too long says nothing about orientation.
    return Buffer.alloc(0)
  }
}
