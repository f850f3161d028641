import sharp from 'sharp'
import { type Decoding, decodeImage } from './decode.js'

/**
 * A smaller, upright copy of an image as WebP. Its longer side has `size` pixels, or fewer if the image is smaller. It shows
 * every image that `decodeImage` reads. Throws INVALID_IMAGE for others.
 */
export async function thumbnailOf(bytes: Uint8Array, size: number, decoding?: Decoding): Promise<Buffer> {
  const { width, height, data } = await decodeImage(bytes, 'managed', decoding)
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 82 })
    .toBuffer()
}
