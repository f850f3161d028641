import sharp, { type Metadata, type Sharp } from 'sharp'
import { errors, reasonOf } from '../errors.js'
import { jpegComponents } from './jpeg-components.js'

/** Decoded pixels: upright, RGB, 8 bits per channel, [height, width, 3]. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export interface ImageInfo {
  /** Width and height after the EXIF orientation is applied. */
  readonly width: number
  readonly height: number
  readonly format: ImageFormat
}

const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const
export type ImageFormat = (typeof formats)[number]

/** The content type of an image format. */
export const contentTypeOf = (format: ImageFormat): string => `image/${format}`

// Many small images are decoded at once. One thread per image is faster than several threads per image.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Reads an image's header, without decoding its pixels. Throws INVALID_IMAGE for an unknown format or a broken header, and
 * IMAGE_TOO_LARGE for an image of more than `maxMegapixels` million pixels.
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
    throw errors.invalidImage({ reason: `its format ${name} is not one of ${formats.join(', ')}` })
  }
  // EXIF orientations 5 to 8 rotate by a quarter turn, which swaps the sides.
  const isTurned = (header.orientation ?? 1) >= 5
  const width = isTurned ? header.height : header.width
  const height = isTurned ? header.width : header.height
  if (width * height > maxMegapixels * 1e6) {
    throw errors.imageTooLarge({ width, height, megapixels: maxMegapixels })
  }
  return { width, height, format }
}

/**
 * How colours are decoded. `managed`: transparency over white, colour profiles applied. `plain`: as Pillow's
 * `convert('RGB')` does for CLIP's preprocessing, with alpha dropped, profiles ignored and CMYK converted by arithmetic.
 */
export type Colours = 'managed' | 'plain'

/**
 * Decodes an image to RGB, upright by its EXIF orientation. Grey, CMYK and 16-bit images are converted.
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
  const mayBeCmyk = (jpegComponents(bytes) ?? 4) === 4
  const isCmyk = mayBeCmyk && (await image.metadata()).space === 'cmyk'
  if (!isCmyk) return rgbOf(image.removeAlpha().toColourspace('srgb'))
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

/** Reads an image's header and decodes its pixels once, to find broken images. Throws INVALID_IMAGE or IMAGE_TOO_LARGE. */
export async function checkImage(bytes: Uint8Array, maxMegapixels: number): Promise<ImageInfo> {
  const info = await inspectImage(bytes, maxMegapixels)
  await decodeImage(bytes)
  return info
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? text).trim()
