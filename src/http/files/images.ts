import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import { contentTypeOf, type ImageFormat, type Library, requireThumbnailSize } from '../../library/index.js'
import type { Authentication } from '../access/authentication.js'

/** Serves a stored image, or its thumbnail with `?size=` (in pixels), with headers that stop browsers from running it. */
export function serveImage(
  library: Library,
  { required }: Pick<Authentication, 'required'>,
): RequestHandler<{ id: string }> {
  // Shared caches must not store responses that need a key.
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
      'Content-Security-Policy': "default-src 'none'",
      // The id is the hash of the content, so the response never changes.
      'Cache-Control': `${scope}, max-age=31536000, immutable`,
      ETag: side === undefined ? `"${id}"` : `"${id}-${side}"`,
    })
    response.send(bytes)
  }
}
