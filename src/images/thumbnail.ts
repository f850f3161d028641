import sharp from 'sharp'
import { errors } from '../errors.js'
import { decodeImage, type Reserve } from './decode.js'

/** The range of a thumbnail's longer side, in pixels. */
export const minThumbnailSize = 16
export const maxThumbnailSize = 1024

/** Throws INVALID_VALUE unless `size` is a whole number in the range of thumbnail sizes. */
export function requireThumbnailSize(size: number, argument: string): void {
  if (Number.isInteger(size) && size >= minThumbnailSize && size <= maxThumbnailSize) return
  const reason = `The size of a thumbnail must be a whole number from ${minThumbnailSize} to ${maxThumbnailSize}.`
  throw errors.invalidValue({ reason }, argument)
}

/**
 * A smaller, upright copy of an image as WebP. Its longer side has `size` pixels, or fewer if the image is smaller. It shows
 * every image that `decodeImage` reads. Throws INVALID_IMAGE for others.
 */
export async function thumbnailOf(bytes: Uint8Array, size: number, reserve?: Reserve): Promise<Buffer> {
  const { width, height, data } = await decodeImage(bytes, 'managed', reserve)
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 82 })
    .toBuffer()
}
