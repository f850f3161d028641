import sharp from 'sharp'
import { errors, reasonOf } from '../errors.js'

/** The sides that thumbnails may have, in pixels. */
export const leastThumbnail = 16
export const greatestThumbnail = 1024

/** Throws INVALID_VALUE for a size that thumbnails do not have. */
export function requireThumbnailSize(size: number, argument: string): void {
  if (Number.isInteger(size) && size >= leastThumbnail && size <= greatestThumbnail) return
  const reason = `A thumbnail has ${leastThumbnail} to ${greatestThumbnail} pixels a side.`
  throw errors.invalidValue({ reason }, argument)
}

/**
 * A smaller copy of an image to look at, as WebP, upright, no side longer than `size` pixels; an image that is smaller
 * keeps its size. Throws INVALID_IMAGE for an image that cannot be decoded.
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
