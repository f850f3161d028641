import sharp, { type Sharp } from 'sharp'
import { ShotboardError } from '../errors.js'
import { decoderError } from './decoder-error.js'
import type { ImageFormat } from './format.js'
import { formatDecoders, hasDecoder } from './formats/format-decoders.js'
import { firstFrame, type Rgb } from './gif.js'
import { type ImageHeader, readHeader } from './header.js'
import type { RgbImage } from './rgb-image.js'
import { turn } from './turn.js'

export type { RgbImage } from './rgb-image.js'

export interface ImageInfo {
  /** Width and height after the EXIF orientation is applied. */
  readonly width: number
  readonly height: number
  readonly format: ImageFormat
}

/** An image that was decoded once. */
export interface CheckedImage extends ImageInfo {
  /** Whether it is a JPEG that ends too early: what is missing is grey. */
  readonly isCutShort: boolean
}

/** Waits until there is memory for an image, in bytes. */
export type Reserve = (memory: number) => Promise<void>

export interface Decoding {
  /** By default, decoding does not wait. */
  readonly reserve?: Reserve | undefined
  /** Whether JPEGs that end too early are read as far as they go, as by Pillow with LOAD_TRUNCATED_IMAGES. */
  readonly readCutShort?: boolean | undefined
  /** No limit of its own by default: the image was checked when it was stored. */
  readonly maxMegapixels?: number | undefined
}

// Many small images are decoded at once. One thread per image is faster than several threads per image.
sharp.concurrency(1)
sharp.cache(false)
// libvips reads far more formats than are accepted here.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((name) => `VipsForeignLoad${name}`),
})

/**
 * Reads an image's header, without decoding its pixels. Throws INVALID_IMAGE for an unknown format or a broken header, and
 * IMAGE_TOO_LARGE for an image of more than `maxMegapixels` million pixels, or whose decoding would cost too much.
 */
export async function inspectImage(bytes: Uint8Array, maxMegapixels: number): Promise<ImageInfo> {
  const { width, height, format } = await readHeader(bytes, maxMegapixels)
  return { width, height, format }
}

/**
 * How colours are decoded. `managed`: transparency over white, colour profiles applied. `plain`: as Pillow's
 * `convert('RGB')` does for CLIP's preprocessing, with alpha dropped, profiles ignored and CMYK converted by arithmetic.
 */
export type Colours = 'managed' | 'plain'

/**
 * Decodes an image to RGB, upright by its EXIF orientation. Grey, CMYK and 16-bit images are converted.
 * Throws INVALID_IMAGE for an image that is truncated or broken, and IMAGE_TOO_LARGE above `maxMegapixels`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  colours: Colours = 'managed',
  decoding: Decoding = {},
): Promise<RgbImage> {
  const header = await readHeader(bytes, decoding.maxMegapixels ?? Number.POSITIVE_INFINITY)
  return (await decodeWith(header, colours, decoding)).image
}

/** Reads an image's header and decodes its pixels once, to find broken images. Throws INVALID_IMAGE or IMAGE_TOO_LARGE. */
export async function checkImage(
  bytes: Uint8Array,
  maxMegapixels: number,
  decoding: Decoding = {},
): Promise<CheckedImage> {
  const header = await readHeader(bytes, maxMegapixels)
  const { isCutShort } = await decodeWith(header, 'managed', decoding)
  const { width, height, format } = header
  return { width, height, format, isCutShort }
}

async function decodeWith(
  header: ImageHeader,
  colours: Colours,
  { reserve, readCutShort = false }: Decoding,
): Promise<{ readonly image: RgbImage; readonly isCutShort: boolean }> {
  await reserve?.(header.memory)
  try {
    return { image: await decodeOnce(header, colours, 'error'), isCutShort: false }
  } catch (error) {
    if (!(readCutShort && header.format === 'jpeg' && endsTooEarly(header.input))) {
      throw error instanceof ShotboardError ? error : decoderError(error)
    }
  }
  try {
    return { image: await decodeOnce(header, colours, 'none'), isCutShort: true }
  } catch (error) {
    throw decoderError(error)
  }
}

/** Whether no marker of the end comes after the last start of pixels. Thumbnails in EXIF come before it. */
function endsTooEarly(jpeg: Uint8Array): boolean {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length)
  return (
    bytes.lastIndexOf('\xff\xd9', undefined, 'latin1') < bytes.lastIndexOf('\xff\xda', undefined, 'latin1')
  )
}

async function decodeOnce(header: ImageHeader, colours: Colours, failOn: FailOn): Promise<RgbImage> {
  if (hasDecoder(header.format)) return decodeWithout(header, colours)
  const stored = await (colours === 'managed' ? decodeManaged(header, failOn) : decodePlain(header, failOn))
  const image = header.hasLimitedGrey ? { ...stored, data: stored.data.map(fullRange) } : stored
  return turn(image, header.leftToTurn)
}

/** Decodes a format that sharp does not read: transparency over white, or without alpha. */
async function decodeWithout({ format, input, ...size }: ImageHeader, colours: Colours): Promise<RgbImage> {
  if (!hasDecoder(format)) throw new Error(`there is no decoder of ${format}`)
  const { width, height, data } = await formatDecoders[format].decode(input)
  // The header's size was checked against the limits.
  if (width !== size.width || height !== size.height)
    throw new Error('its header has another size than its pixels')
  const rgb = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = colours === 'managed' ? (data[from + 3] ?? 255) : 255
    for (let c = 0; c < 3; c++) {
      const value = data[from + c] ?? 0
      rgb[to++] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255)
    }
  }
  return { width, height, data: rgb }
}

/** A value from 16 to 235 as one from 0 to 255. */
const fullRange = (value: number): number =>
  Math.max(0, Math.min(255, Math.round(((value - 16) * 255) / 219)))

type FailOn = 'error' | 'none'
const decodingWith = (failOn: FailOn) => ({ failOn, limitInputPixels: false }) as const

function decodeManaged(
  { input, format, is16Bit, hasProfile }: ImageHeader,
  failOn: FailOn,
): Promise<RgbImage> {
  if (format === 'gif') return decodeGif(input, white)
  const image = sharp(input, decodingWith(failOn)).autoOrient()
  // sharp converts colours of 16 bits to those of Display P3 unless it is told another profile.
  if (is16Bit && hasProfile) image.withIccProfile('srgb', { attach: false })
  return rgbOf(image.flatten({ background: '#ffffff' }).toColourspace('srgb'))
}

async function decodePlain(
  { input, format, isCmyk, is16Bit }: ImageHeader,
  failOn: FailOn,
): Promise<RgbImage> {
  const image = sharp(input, { ...decodingWith(failOn), ignoreIcc: true }).autoOrient()
  if (isCmyk) {
    const inks = image.pipelineColourspace('cmyk').toColourspace('cmyk')
    const { data, ...size } = await (is16Bit ? highBytesOf(inks) : pixelsOf(inks, 4))
    return { ...size, data: rgbOfCmyk(data) }
  }
  if (format === 'gif') return decodeGif(input, firstFrame(input)?.background ?? white)
  return rgbOf(image.removeAlpha().toColourspace('srgb'))
}

const white: Rgb = [255, 255, 255]

/** The first frame of a GIF, with `background` where it is transparent or does not reach. */
async function decodeGif(input: Uint8Array, background: Rgb): Promise<RgbImage> {
  const { width, height, data } = await pixelsOf(
    sharp(input, decodingWith('error')).ensureAlpha().toColourspace('srgb'),
    4,
  )
  const frame = firstFrame(input) ?? { left: 0, top: 0, width, height }
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    const isRowInside = y >= frame.top && y < frame.top + frame.height
    for (let x = 0; x < width; x++, from += 4, to += 3) {
      const isInside = isRowInside && x >= frame.left && x < frame.left + frame.width
      const isShown = isInside && data[from + 3] !== 0
      for (let c = 0; c < 3; c++) rgb[to + c] = (isShown ? data[from + c] : background[c]) as number
    }
  }
  return { width, height, data: rgb }
}

const rgbOf = (image: Sharp): Promise<RgbImage> => pixelsOf(image, 3)

async function pixelsOf(image: Sharp, channels: number): Promise<RgbImage> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (info.channels !== channels) throw new Error(`it decodes to ${info.channels} channels`)
  return { width: info.width, height: info.height, data }
}

/** Inks of 16 bits, of which Pillow takes the high bytes. As 8 bits, the decoder would cut them off at 255. */
async function highBytesOf(inks: Sharp): Promise<RgbImage> {
  const { data, info } = await inks.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true })
  if (info.channels !== 4) throw new Error(`it decodes to ${info.channels} channels`)
  const words = new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  return { width: info.width, height: info.height, data: Uint8Array.from(words, (word) => word >> 8) }
}

/** CMYK to RGB in Pillow's byte arithmetic: each ink removes its share of the light that black lets through. */
function rgbOfCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3)
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - (cmyk[from + 3] as number)
    for (let ink = 0; ink < 3; ink++) {
      const product = (cmyk[from + ink] as number) * light + 128
      rgb[to++] = light - (((product >> 8) + product) >> 8)
    }
  }
  return rgb
}
