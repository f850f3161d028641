import sharp, { type Metadata, type Sharp } from 'sharp'
import { errors, reasonOf } from '../errors.js'
import { jpegComponents } from './jpeg-components.js'

/** Decoded pixels: upright, RGB, 8 bits a channel, row by row. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export interface ImageInfo {
  /** Width and height as a person sees the image, EXIF orientation applied. */
  readonly width: number
  readonly height: number
  readonly format: ImageFormat
}

const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const
export type ImageFormat = (typeof formats)[number]

/** The content type to serve an image of that format with. */
export const contentTypeOf = (format: ImageFormat): string => `image/${format}`

// Many small images are decoded at once; one thread for each is faster than several for one.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Reads an image's header. Throws INVALID_IMAGE for what is no image of a known format, and IMAGE_TOO_LARGE, before
 * anything is decoded, where it has more than `maxMegapixels`.
 */
export async function inspectImage(bytes: Uint8Array, maxMegapixels: number): Promise<ImageInfo> {
  if (bytes.length === 0) throw errors.invalidImage({ reason: 'it has no bytes' })
  let header: Metadata
  try {
    header = await sharp(bytes, { limitInputPixels: false }).metadata()
  } catch (error) {
    throw errors.invalidImage({ reason: firstLine(reasonOf(error)) })
  }
  const name = header.format === 'heif' ? 'avif' : header.format
  const format = formats.find((known) => known === name)
  if (format === undefined) {
    throw errors.invalidImage({ reason: `its format ${name} is none of ${formats.join(', ')}` })
  }
  // A rotation by a quarter, EXIF orientations 5 to 8, swaps the sides.
  const turned = (header.orientation ?? 1) >= 5
  const width = turned ? header.height : header.width
  const height = turned ? header.width : header.height
  if (width * height > maxMegapixels * 1e6) {
    throw errors.imageTooLarge({ width, height, megapixels: maxMegapixels })
  }
  return { width, height, format }
}

/**
 * How colours are read. `managed`: alpha over white, colour profiles applied. `plain`: as Pillow's `convert('RGB')` hands
 * them to CLIP's preprocessing, alpha dropped, profiles ignored, CMYK by plain arithmetic.
 */
export type Colours = 'managed' | 'plain'

/**
 * Decodes an image: upright by its EXIF orientation, grey and CMYK to RGB, 16 bits to 8.
 * Throws INVALID_IMAGE for an image that is truncated or broken.
 */
export async function decodeImage(bytes: Uint8Array, colours: Colours = 'managed'): Promise<RgbImage> {
  try {
    return await (colours === 'managed' ? decodeManaged(bytes) : decodePlain(bytes))
  } catch (error) {
    throw errors.invalidImage({ reason: firstLine(reasonOf(error)) })
  }
}

const decoding = { failOn: 'error', limitInputPixels: false } as const

const decodeManaged = (bytes: Uint8Array): Promise<RgbImage> =>
  rgbOf(sharp(bytes, decoding).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb'))

async function decodePlain(bytes: Uint8Array): Promise<RgbImage> {
  const image = sharp(bytes, { ...decoding, ignoreIcc: true }).autoOrient()
  const mayBeInInks = (jpegComponents(bytes) ?? 4) === 4
  const isInInks = mayBeInInks && (await image.metadata()).space === 'cmyk'
  if (!isInInks) return rgbOf(image.removeAlpha().toColourspace('srgb'))
  const { data, info } = await image
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  if (info.channels !== 4) throw new Error(`it decodes to ${info.channels} channels`)
  return { width: info.width, height: info.height, data: rgbOfCmyk(data) }
}

async function rgbOf(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (info.channels !== 3) throw new Error(`it decodes to ${info.channels} channels`)
  return { width: info.width, height: info.height, data }
}

/** What is left of the light that black lets through, in the arithmetic of bytes that Pillow uses. */
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

/** Decodes an image once, so that a broken one is found now. Throws INVALID_IMAGE or IMAGE_TOO_LARGE. */
export async function checkImage(bytes: Uint8Array, maxMegapixels: number): Promise<ImageInfo> {
  const info = await inspectImage(bytes, maxMegapixels)
  await decodeImage(bytes)
  return info
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? text).trim()
