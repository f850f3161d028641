import { errors } from '../../errors.js'
import type { UploadedFile } from '../upload.js'

/** The name and the bytes of an uploaded archive. Throws INVALID_ARCHIVE if the request does not contain the file. */
export function receivedArchive(upload: UploadedFile): {
  readonly name: string
  readonly chunks: AsyncIterable<Uint8Array>
} {
  if (upload.exists) return { name: upload.name, chunks: upload.chunks() }
  throw errors.invalidArchive(
    { archive: 'The archive', reason: 'the request does not contain the file' },
    'archive',
  )
}
