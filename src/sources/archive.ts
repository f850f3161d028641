import { type FileHandle, open } from 'node:fs/promises'
import { errors } from '../errors.js'
import type { Source, SourceLimits } from './source.js'
import { openTar } from './tar.js'
import { openZip } from './zip.js'

/** An archive on disk. */
export interface ArchiveFile {
  readonly path: string
  /** The original file name, such as `flowers.zip`. */
  readonly name: string
}

/**
 * Opens a .zip or .tar.gz as a source. The first bytes decide the format. It is streamed and never unpacked to disk.
 * Throws UNSUPPORTED_ARCHIVE, INVALID_ARCHIVE, or the code of the limit that it exceeds.
 */
export async function openArchive(archive: ArchiveFile, limits: SourceLimits): Promise<Source> {
  const file = await open(archive.path, 'r')
  let magic: Buffer
  let bytes: number
  try {
    magic = await firstBytes(file)
    bytes = (await file.stat()).size
  } finally {
    await file.close()
  }
  if (bytes > limits.maxArchiveMegabytes * 2 ** 20) {
    throw errors.archiveTooLarge({ megabytes: limits.maxArchiveMegabytes })
  }
  const openAs = formats.find(({ starts }) =>
    starts.some((start) => magic.subarray(0, start.length).equals(start)),
  )
  if (!openAs) throw errors.unsupportedArchive({})
  return openAs.open({ ...archive, bytes }, limits)
}

const formats = [
  // A zip with files, and an empty one.
  { starts: [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('PK\x05\x06', 'latin1')], open: openZip },
  { starts: [Buffer.from([0x1f, 0x8b])], open: openTar },
]

async function firstBytes(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
  return buffer.subarray(0, bytesRead)
}
