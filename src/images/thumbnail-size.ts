import { errors } from '../errors.js'

/** The range of a thumbnail's longer side, in pixels. */
export const minThumbnailSize = 16
export const maxThumbnailSize = 1024

/** Throws INVALID_VALUE unless `size` is a whole number in the range of thumbnail sizes. */
export function requireThumbnailSize(size: number, argument: string): void {
  if (Number.isInteger(size) && size >= minThumbnailSize && size <= maxThumbnailSize) return
  const reason = `The size of a thumbnail must be a whole number from ${minThumbnailSize} to ${maxThumbnailSize}.`
  throw errors.invalidValue({ reason }, argument)
}
