import sharp, { type Metadata } from 'sharp'
import { errors } from '../errors.js'
import { hasLimitedGrey, withStillBrand } from './avif.js'
import { decoderError } from './decoder-error.js'
import { formatOf, type ImageFormat, type SharpFormat } from './format.js'
import { type DecoderFormat, formatDecoders, hasDecoder } from './formats/format-decoders.js'
import { orientationOf } from './orientation.js'
import { unreadTiffColours } from './tiff-colours.js'

/** What decoding an image needs to know. */
export interface ImageHeader {
  readonly format: ImageFormat
  /** Upright, as seen. */
  readonly width: number
  readonly height: number
  /** The EXIF orientation, from 1 to 8, that the decoder does not know of and so leaves; 1 if there is none. */
  readonly leftToTurn: number
  readonly isCmyk: boolean
  readonly hasProfile: boolean
  readonly is16Bit: boolean
  /** Whether black and white are 16 and 235, and the decoder leaves them so. */
  readonly hasLimitedGrey: boolean
  /** The bytes that decoding needs in memory, about. */
  readonly memory: number
  /** What the decoder gets: the image's bytes, or a copy that it can read. */
  readonly input: Uint8Array
}

/** Limits on what decoding costs beside the pixels. */
const maxSide = 65_535
const maxFrames = 10_000
const maxChannels = 5
/** Four channels of 16 bits. */
const maxBytesPerPixel = 8

/** The most memory that a decoder has needed for a byte of decoded pixels, measured at 64 megapixels. */
const memoryPerByte: Readonly<Record<SharpFormat, number>> = {
  jpeg: 2,
  png: 2,
  gif: 2,
  tiff: 2,
  webp: 3,
  avif: 6,
}

/**
 * Reads an image's header, without decoding its pixels. Throws INVALID_IMAGE for a format that is not accepted, a broken
 * header or samples that cannot be shown, and IMAGE_TOO_LARGE if decoding would cost too much.
 */
export async function readHeader(bytes: Uint8Array, maxMegapixels: number): Promise<ImageHeader> {
  const format = formatOf(bytes)
  if (hasDecoder(format)) return readForeignHeader(bytes, format, maxMegapixels)
  const colours = format === 'tiff' ? unreadTiffColours(bytes) : undefined
  if (colours !== undefined) {
    throw errors.invalidImage({ reason: `its colours are ${colours}, which is not read; save it with RGB` })
  }
  const input = format === 'avif' ? withStillBrand(bytes) : bytes
  let metadata: Metadata
  try {
    metadata = await sharp(input, { limitInputPixels: false }).metadata()
  } catch (error) {
    throw decoderError(error)
  }
  const found = metadata.format === 'heif' ? 'avif' : metadata.format
  if (found !== format)
    throw errors.invalidImage({ reason: `its content is ${found} and its start ${format}` })
  const orientation = orientationOf(bytes, format, metadata)
  // Orientations 5 to 8 rotate by a quarter turn, which swaps the sides.
  const [width, height] =
    orientation >= 5 ? [metadata.height, metadata.width] : [metadata.width, metadata.height]
  if (width * height > maxMegapixels * 1e6) {
    throw errors.imageTooLarge({ width, height, megapixels: maxMegapixels })
  }
  const decodedBytes = requireBounded(metadata, maxMegapixels)
  return {
    format,
    width,
    height,
    leftToTurn: metadata.orientation === undefined ? orientation : 1,
    isCmyk: metadata.space === 'cmyk',
    hasProfile: metadata.hasProfile,
    is16Bit: metadata.depth === 'ushort',
    hasLimitedGrey: format === 'avif' && hasLimitedGrey(bytes),
    memory: decodedBytes * memoryPerByte[format],
    input,
  }
}

/** The header of a format that sharp does not read. Its decoder turns the image, and knows its colours. */
function readForeignHeader(bytes: Uint8Array, format: DecoderFormat, maxMegapixels: number): ImageHeader {
  let size: { readonly width: number; readonly height: number }
  try {
    size = formatDecoders[format].sizeOf(bytes)
  } catch (error) {
    throw error instanceof RangeError ? decoderError(undefined) : decoderError(error)
  }
  const { width, height } = size
  if (!(width > 0 && height > 0)) throw errors.invalidImage({ reason: 'its header has no size' })
  if (width > maxSide || height > maxSide) {
    throw errors.imageTooMuchWork({ reason: `has a side of more than ${maxSide} pixels` })
  }
  if (width * height > maxMegapixels * 1e6) {
    throw errors.imageTooLarge({ width, height, megapixels: maxMegapixels })
  }
  const memory = width * height * formatDecoders[format].memoryPerPixel
  const colours = { isCmyk: false, hasProfile: false, is16Bit: false, hasLimitedGrey: false }
  return { format, width, height, leftToTurn: 1, ...colours, memory, input: bytes }
}

/** The bytes of an image's pixels as they are decoded. Throws if they, or the work around them, are too many. */
function requireBounded(
  { width, height, channels, depth, pages = 1 }: Metadata,
  maxMegapixels: number,
): number {
  if (width > maxSide || height > maxSide) {
    throw errors.imageTooMuchWork({ reason: `has a side of more than ${maxSide} pixels` })
  }
  if (pages > maxFrames) throw errors.imageTooMuchWork({ reason: `has more than ${maxFrames} frames` })
  if (channels > maxChannels) throw errors.invalidImage({ reason: `it has ${channels} channels of colour` })
  const bytesPerSample = depth === 'uchar' ? 1 : depth === 'ushort' ? 2 : undefined
  if (bytesPerSample === undefined) {
    const reason = `its samples are ${sampleNames[depth] ?? depth}, whose range for black and white is not known; save it with 8 or 16 bits a channel`
    throw errors.invalidImage({ reason })
  }
  const bytes = width * height * channels * bytesPerSample
  if (bytes > maxMegapixels * 1e6 * maxBytesPerPixel) {
    throw errors.imageTooMuchWork({ reason: `unpacks to ${Math.ceil(bytes / 1e6)} MB` })
  }
  return bytes
}

/** The kinds of samples that have no fixed black and white. */
const sampleNames: Readonly<Record<string, string>> = {
  char: 'signed numbers',
  short: 'signed numbers',
  int: 'signed numbers',
  uint: 'numbers of 32 bits',
  float: 'floating-point numbers',
  double: 'floating-point numbers',
  complex: 'complex numbers',
  dpcomplex: 'complex numbers',
}
