import sharp from 'sharp'
import { errors, reasonOf } from '../errors.js'

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
 * A smaller, upright copy of an image as WebP. Its longer side has `size` pixels, or fewer if the image is smaller. Throws
 * INVALID_IMAGE for an image that cannot be decoded.
 */
export async function thumbnailOf(bytes: Uint8Array, size: number): Promise<Buffer> {
  try {
    return await sharp(bytes, { limitInputPixels: false })
      .autoOrient()
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 82 })
      .toBuffer()
  } catch (error) {
    throw errors.invalidImage({ reason: reasonOf(error) })
  }
}
