import {
  type ImageInput,
  type ImageInputContext,
  readBytes,
  requireOneSource,
} from '../datasets/image-input.js'
import type { EncodedImages } from '../encoders/encode-images.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors, ShotboardError } from '../errors.js'
import { selectFeatures } from '../features/space-features.js'
import type { ImageInfo } from '../images/decode.js'
import { isImageFault } from '../images/image-fault.js'
import { imageIdOf } from '../store/image-files.js'
import { once } from '../system/once.js'

/** An image of a request, readable or not. */
export interface GivenImage {
  /** Its SHA-256; of an image whose bytes cannot be had, the id or the hash of the text that was given. */
  readonly id: string
  readonly bytes: Buffer
  /** Its header; null if that cannot be read. */
  info(): Promise<ImageInfo | null>
  /** Whether it is a stored image, not one of this request alone. */
  readonly stored: boolean
  /** Why it cannot be read, as far as its header tells; null if it can. */
  readonly error: ShotboardError | null
  /** The most that it may have, in millions. */
  readonly maxMegapixels?: number
}

/**
 * Reads the images of a request with their headers. One that cannot be read has its own error, with its position as argument.
 * Throws EMPTY_LIST, IMAGE_SOURCE_AMBIGUOUS with the position of the image, and errors of the disk.
 */
export async function readGivenImages(
  images: readonly ImageInput[],
  context: ImageInputContext,
): Promise<GivenImage[]> {
  return readEach(images, context, { headers: 'now' })
}

/**
 * Reads the bytes of a request's images, and a header only when it is asked for: who encodes an image soon finds what is wrong
 * with it, without asking another process first. Throws as `readGivenImages`.
 */
export async function readGivenBytes(
  images: readonly ImageInput[],
  context: ImageInputContext,
): Promise<GivenImage[]> {
  return readEach(images, context, { headers: 'when asked' })
}

type Reading = { readonly headers: 'now' | 'when asked' }

async function readEach(
  images: readonly ImageInput[],
  context: ImageInputContext,
  reading: Reading,
): Promise<GivenImage[]> {
  if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
  for (const [i, image] of images.entries()) at(i, () => requireOneSource(image))
  return Promise.all(images.map((image, i) => readGivenImage(image, i, context, reading)))
}

async function readGivenImage(
  image: ImageInput,
  i: number,
  context: ImageInputContext,
  { headers }: Reading,
): Promise<GivenImage> {
  const { imageWorkers, maxMegapixels } = context
  const stored = image.id != null
  let bytes: Buffer | undefined
  try {
    const read = await readBytes(image, context)
    bytes = read
    const header = once(() => imageWorkers.inspect(read, maxMegapixels))
    if (headers === 'now') await header()
    const info = () => header().catch(nullOfFault)
    return { id: imageIdOf(read), bytes, info, stored, error: null, maxMegapixels }
  } catch (error) {
    if (!isImageFault(error)) throw error instanceof ShotboardError ? error.at(`images[${i}]`) : error
    const id = image.id ?? imageIdOf(bytes ?? Buffer.from(image.base64 ?? ''))
    const info = async () => null
    return { id, bytes: bytes ?? Buffer.alloc(0), info, stored, error: error.at(`images[${i}]`) }
  }
}

function nullOfFault(error: unknown): null {
  if (isImageFault(error)) return null
  throw error
}

function at(i: number, check: () => void): void {
  try {
    check()
  } catch (error) {
    throw error instanceof ShotboardError ? error.at(`images[${i}]`) : error
  }
}

/** Why an image has no answer: the plain fields of an error. */
export interface ImageError {
  readonly code: string
  readonly message: string
  /** Its place in the request. */
  readonly argument?: string | undefined
}

export const imageErrorOf = ({ code, message, argument }: ShotboardError): ImageError => ({
  ...{ code, message, argument },
})

/** The features of those images that can be read. */
export interface EncodedGiven {
  /** The positions of the readable images in the request. */
  readonly positions: readonly number[]
  /** Their features in `clip` and the other spaces asked for; a row for each of `positions`. */
  readonly features: EncodedImages
  /** By its position, the error of every image that cannot be read. */
  readonly errors: ReadonlyMap<number, ShotboardError>
}

/** Encodes the readable images of a request; broken pixels are found here. Throws SPACE_NOT_AVAILABLE, CANCELLED. */
export async function encodeGiven(
  encoder: Encoder,
  images: readonly Pick<GivenImage, 'id' | 'bytes' | 'error' | 'maxMegapixels'>[],
  spaces: readonly string[],
): Promise<EncodedGiven> {
  const broken = new Map(images.flatMap(({ error }, i) => (error === null ? [] : [[i, error] as const])))
  const tried = [...images.keys()].filter((i) => !broken.has(i))
  const sources = tried.map((i) => {
    const { id, bytes, maxMegapixels } = images[i] as GivenImage
    return { id, read: () => Promise.resolve(bytes), maxMegapixels }
  })
  const encoded = await encoder.encodeImages(sources, {
    spaces,
    onBroken(row, error) {
      const i = tried[row] as number
      broken.set(i, error.at(`images[${i}]`))
    },
  })
  const rows = [...tried.keys()].filter((row) => !broken.has(tried[row] as number))
  return {
    positions: rows.map((row) => tried[row] as number),
    features: rows.length === tried.length ? encoded : selectFeatures(encoded, rows),
    errors: broken,
  }
}
