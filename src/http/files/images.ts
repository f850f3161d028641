import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import { contentTypeOf, type ImageFormat, type Library, requireThumbnailSize } from '../../library/index.js'
import type { Authentication } from '../access/authentication.js'

/** The bytes of a stored image, or of its thumbnail with `?size=`: never to be taken for anything but an image. */
export function serveImage(
  library: Library,
  { required }: Pick<Authentication, 'required'>,
): RequestHandler<{ id: string }> {
  // What needs a key must not be handed on by a cache that others share.
  const scope = required ? 'private' : 'public'
  return async (request, response) => {
    const { id } = request.params
    const image = await library.images.get(id)
    if (!image) throw errors.unknownImage({ id }, 'id')
    const { size } = request.query
    const side = typeof size === 'string' ? Number(size) : undefined
    if (side !== undefined) requireThumbnailSize(side, 'size')
    const bytes =
      side === undefined ? await library.images.read(id) : await library.images.thumbnail(id, side)
    response.set({
      'Content-Type': side === undefined ? contentTypeOf(image.format as ImageFormat) : 'image/webp',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'",
      // An image's address is its content.
      'Cache-Control': `${scope}, max-age=31536000, immutable`,
      ETag: side === undefined ? `"${id}"` : `"${id}-${side}"`,
    })
    response.send(bytes)
  }
}
