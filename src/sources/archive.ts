import { type FileHandle, open } from 'node:fs/promises'
import { errors } from '../errors.js'
import type { Source, SourceLimits } from './source.js'
import { openTar } from './tar.js'
import { isTarHeader, tarHeaderBytes } from './tar-header.js'
import { openZip } from './zip.js'

/** An archive on disk. */
export interface ArchiveFile {
  readonly path: string
  /** The original file name, such as `flowers.zip`. */
  readonly name: string
}

/**
 * Opens a .zip, or a .tar that may be packed with gzip, bzip2 or xz, as a source. The first bytes decide the format. It is
 * streamed and never unpacked to disk.
 * Throws UNSUPPORTED_ARCHIVE, INVALID_ARCHIVE, or the code of the limit that it exceeds.
 */
export async function openArchive(archive: ArchiveFile, limits: SourceLimits): Promise<Source> {
  const file = await open(archive.path, 'r')
  let start: Buffer
  let bytes: number
  let endsAsZip: boolean
  try {
    start = await firstBytes(file)
    bytes = (await file.stat()).size
    endsAsZip = await hasEndOfZip(file, bytes)
  } finally {
    await file.close()
  }
  if (bytes > limits.maxArchiveMegabytes * 2 ** 20) {
    throw errors.archiveTooLarge({ megabytes: limits.maxArchiveMegabytes })
  }
  const opened = { ...archive, bytes }
  const startsWith = (magic: string) => start.toString('latin1', 0, magic.length) === magic
  // A zip with files, and an empty one.
  if (startsWith('PK\x03\x04') || startsWith('PK\x05\x06')) return openZip(opened, limits)
  const [packing] = tarPackings.find(([, magic]) => startsWith(magic)) ?? []
  if (packing !== undefined) return openTar(opened, limits, packing)
  if (isTarHeader(start)) return openTar(opened, limits, 'none')
  const [packedWith] = otherPackers.find(([, magic]) => startsWith(magic)) ?? []
  // A zip that unpacks itself begins with a program.
  if (packedWith === undefined && endsAsZip) return openZip(opened, limits)
  throw errors.unsupportedArchive({ packedWith })
}

/** How a tar may be packed, by the first bytes. */
const tarPackings = [
  ['gzip', '\x1f\x8b'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\0'],
] as const

/** Archives that people have and that are not read, by their first bytes. */
const otherPackers = [
  ['Zstandard', '\x28\xb5\x2f\xfd'],
  ['LZMA', '\x5d\0\0'],
  ['lzip', 'LZIP'],
  ['7-Zip', "7z\xbc\xaf'\x1c"],
  ['RAR', 'Rar!'],
] as const

/** The end of a zip, without a comment, has this many bytes. */
const endBytes = 22

async function hasEndOfZip(file: FileHandle, bytes: number): Promise<boolean> {
  if (bytes < endBytes) return false
  const { buffer } = await file.read(Buffer.alloc(endBytes), 0, endBytes, bytes - endBytes)
  return buffer.toString('latin1', 0, 4) === 'PK\x05\x06'
}

async function firstBytes(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(tarHeaderBytes), 0, tarHeaderBytes, 0)
  return buffer.subarray(0, bytesRead)
}
