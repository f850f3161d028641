import { errors, reasonOf, type ShotboardError } from '../errors.js'

/** INVALID_IMAGE with what a decoder says, in a line that says something. */
export function decoderError(error: unknown): ShotboardError {
  const lines = (error === undefined ? '' : reasonOf(error))
    .replace(/^Input buffer (has corrupt header|contains unsupported image format)/, '')
    .split('\n')
    .map((line) => line.replace(/^[:\s]+|[:.\s]+$/g, ''))
  const reason = lines.find((line) => line !== '' && !/bad seek/.test(line))
  return errors.invalidImage({ reason: reason ?? 'its header is broken or ends too early' })
}
