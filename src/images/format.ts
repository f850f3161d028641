import { errors } from '../errors.js'
import type { DecoderFormat } from './formats/format-decoders.js'
import { isTarga } from './formats/targa.js'

/** The formats that are accepted, by the names that people know. */
const formats = {
  ...{ jpeg: 'JPEG', png: 'PNG', webp: 'WebP', gif: 'GIF', tiff: 'TIFF', avif: 'AVIF', heic: 'HEIC' },
  ...{ jxl: 'JPEG XL', jp2: 'JPEG 2000', bmp: 'BMP', ico: 'ICO', pnm: 'PNM', tga: 'TGA' },
} as const
export type ImageFormat = keyof typeof formats
/** The formats that sharp reads. */
export type SharpFormat = Exclude<ImageFormat, DecoderFormat>

/** Content types that are not called like the format. */
const contentTypes: Partial<Record<ImageFormat, string>> = {
  ico: 'image/vnd.microsoft.icon',
  pnm: 'image/x-portable-anymap',
  tga: 'image/x-tga',
}

/** The content type of an image format. */
export const contentTypeOf = (format: ImageFormat): string => contentTypes[format] ?? `image/${format}`

/**
 * The format of an image by its first bytes, before any decoder sees it. Throws INVALID_IMAGE for others, which no decoder may
 * see: some, such as SVG, are programs rather than pixels.
 */
export function formatOf(bytes: Uint8Array): ImageFormat {
  const { format, problem } = tellFormat(bytes)
  if (format === undefined) throw errors.invalidImage({ reason: problem })
  return format
}

/** The format of an image by its first bytes, or why it is none that is accepted. */
export function tellFormat(
  bytes: Uint8Array,
): { format: ImageFormat; problem?: undefined } | { format?: undefined; problem: string } {
  if (bytes.length === 0) return { problem: 'it has no bytes' }
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1')
  const format = accepted.find(([, isFormat]) => isFormat(start))?.[0]
  if (format !== undefined) return { format }
  const other = others.find(([, isOther]) => isOther(start))?.[0]
  const list = `the formats ${Object.values(formats).join(', ')}`
  return {
    problem:
      other === undefined
        ? `its first bytes are those of none of ${list}`
        : `it is ${other}, which is not one of ${list}`,
  }
}

type IsFormat = (start: string) => boolean

const startsWith =
  (...signatures: readonly string[]): IsFormat =>
  (start) =>
    signatures.some((signature) => start.startsWith(signature))

/** A file of the ISO base media format with one of these brands, which say what readers it is for. */
const hasBrand =
  (...wanted: readonly string[]): IsFormat =>
  (start) => {
    if (start.slice(4, 8) !== 'ftyp') return false
    const length = Buffer.from(start.slice(0, 4), 'latin1').readUInt32BE()
    const brands = Array.from({ length: Math.min(length, start.length) / 4 }, (_, i) =>
      start.slice(4 * i, 4 * i + 4),
    )
    return brands.slice(2).some((brand) => wanted.includes(brand))
  }

const accepted: readonly (readonly [ImageFormat, IsFormat])[] = [
  ['jpeg', startsWith('\xff\xd8\xff')],
  ['png', startsWith('\x89PNG\r\n\x1a\n')],
  ['gif', startsWith('GIF87a', 'GIF89a')],
  ['webp', (start) => start.startsWith('RIFF') && start.startsWith('WEBP', 8)],
  // The second of each is BigTIFF.
  ['tiff', startsWith('II*\0', 'II+\0', 'MM\0*', 'MM\0+')],
  ['avif', hasBrand('avif', 'avis')],
  ['heic', hasBrand('heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1')],
  ['jxl', startsWith('\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n')],
  ['jp2', startsWith('\xff\x4f\xff\x51', '\0\0\0\x0cjP  \r\n\x87\n')],
  // The size of the header that follows is small.
  ['bmp', (start) => start.startsWith('BM') && start.startsWith('\0\0\0', 15)],
  // The number of images is not 0.
  ['ico', (start) => startsWith('\0\0\x01\0', '\0\0\x02\0')(start) && start[4] !== '\0'],
  ['pnm', (start) => /^P[1-6][\s#]/.test(start)],
  ['tga', (start) => isTarga(Buffer.from(start, 'latin1'))],
]

/** Formats that people send as images. */
const others: readonly (readonly [string, IsFormat])[] = [
  ['an SVG', (start) => /^\s*</.test(start) && /<svg\b/i.test(start)],
  ['a web page', (start) => /^\s*<(!doctype html|html)/i.test(start)],
  ['a video', (start) => start.startsWith('ftyp', 4)],
  ['a Photoshop file', startsWith('8BPS')],
  ['a PDF', startsWith('%PDF-')],
  ['an archive', startsWith('PK\x03\x04', '\x1f\x8b', 'Rar!', '7z\xbc\xaf')],
]
