import { ShotboardError } from '../errors.js'

const codes: ReadonlySet<string> = new Set([
  'INVALID_IMAGE',
  'IMAGE_TOO_LARGE',
  'IMAGE_CHANGED',
  'UNKNOWN_IMAGE',
  'INVALID_BASE64',
  'FILE_TOO_LARGE',
])

/** Whether an error says what is wrong with one image, so that it is no reason to refuse others. */
export const isImageFault = (error: unknown): error is ShotboardError =>
  error instanceof ShotboardError && codes.has(error.code)
