import { isUtf8 as isUtf8Text } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import yauzl, { type Entry } from 'yauzl'
import { errors, reasonOf, ShotboardError, systemCodeOf } from '../errors.js'
import { throwIfCancelled } from '../system/abort.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { createBounds } from './bounds.js'
import { guessNameEncoding, type NameEncoding } from './entry-names.js'
import { byPath, isHidden, plainPath, type Source, type SourceFile, type SourceLimits } from './source.js'
import { openZipIndex, type ZipIndex } from './zip-index.js'

const inflate = promisify(inflateRaw)

/** Opens a zip archive as a source. It is read in the order of its paths. */
export async function openZip(
  archive: { readonly path: string; readonly name: string; readonly bytes: number },
  limits: SourceLimits,
): Promise<Source> {
  const invalid = (reason: string) => errors.invalidArchive({ archive: archive.name, reason })
  const asSourceError = (error: unknown) =>
    error instanceof ShotboardError ? error : invalid(reasonOf(error))
  const file = await open(archive.path, 'r')
  let index: ZipIndex
  try {
    index = await openZipIndex(file, archive.bytes)
  } catch (error) {
    await file.close()
    throw invalid(reasonOf(error))
  }
  /** In reading order. Filled by `files`. Several entries may have one path. */
  let entries: readonly { readonly path: string; readonly entry: Entry }[] = []
  let warnings: readonly ShotboardError[] = []

  async function read({ path, at }: SourceFile): Promise<Buffer> {
    const entry = entries[at]?.entry
    if (!entry) throw new Error(`${path} is not in the archive`)
    try {
      return await readEntry(file, index, entry, limits)
    } catch (error) {
      throw error instanceof ShotboardError ? error : errors.invalidImage({ reason: reasonOf(error) })
    }
  }

  return {
    name: basename(archive.name).replace(/\.zip$/i, ''),
    async files(signal) {
      const bounds = createBounds(archive.bytes, limits)
      const found: { path: string; entry: Entry }[] = []
      const unsaid: Entry[] = []
      const yieldToEventLoop = createYieldToEventLoop()
      function add(entry: Entry, name: string): void {
        bounds.entry(name)
        const path = plainPath(name)
        const isFolder = name.endsWith('/') || path === ''
        if (!isFolder && !isHidden(path)) found.push({ path, entry })
      }
      try {
        for await (const entry of index.entries()) {
          throwIfCancelled(signal)
          // No file is unpacked to more than this declared size.
          bounds.unpacked(entry.uncompressedSize)
          const name = nameOf(entry)
          if (name !== undefined) add(entry, name)
          // They are read in one way, once all are known.
          else unsaid.push(entry)
          if (unsaid.length > limits.maxArchiveEntries) {
            throw errors.archiveTooManyEntries({ entries: limits.maxArchiveEntries })
          }
          await yieldToEventLoop()
        }
        const encoding = encodingOf(unsaid)
        for (const entry of unsaid) add(entry, asPath(encoding.decode(entry.fileNameRaw)))
        warnings = warningsOf(unsaid, encoding)
      } catch (error) {
        throwIfCancelled(signal)
        throw asSourceError(error)
      }
      entries = found.sort(byPath)
      return entries.map(({ path }, at) => ({ path, at }))
    },
    async *readers(files) {
      for (const file of files) yield () => read(file)
    },
    warnings: () => warnings,
    invalid,
    // Waits for reads that are under way.
    close: () => file.close(),
  }
}

/**
 * The name of an entry; undefined if it is not known how it is written. Programs that say that a name is in CP437 mean UTF-8, or the code
 * page of their country. Info-ZIP writes the name in UTF-8 beside it.
 */
function nameOf({ generalPurposeBitFlag: flags, fileNameRaw, extraFields }: Entry): string | undefined {
  const read = (fields: typeof extraFields) => yauzl.getFileNameLowLevel(flags, fileNameRaw, fields, false)
  const name = read(extraFields)
  const isSaid = (flags & isUtf8) !== 0 || fileNameRaw.every((byte) => byte < 0x80) || name !== read([])
  return isSaid ? name : undefined
}

/** The bit that says that a name is in UTF-8. */
const isUtf8 = 0x800

/** How names are written: in UTF-8 if all of them can be, since one name in another code page may look like it. */
function encodingOf(entries: readonly Entry[]): NameEncoding & { readonly isGuessed: boolean } {
  const names = entries.map(({ fileNameRaw }) => fileNameRaw)
  if (!names.every((name) => isUtf8Text(name))) return { ...guessNameEncoding(names), isGuessed: true }
  return { title: 'UTF-8', decode: (name) => Buffer.from(name).toString(), isGuessed: false }
}

/** Programs on Windows write its separators. */
const asPath = (name: string): string => name.replaceAll('\\', '/')

function warningsOf(unsaid: readonly Entry[], encoding: ReturnType<typeof encodingOf>): ShotboardError[] {
  const [first] = unsaid
  if (!(first && encoding.isGuessed)) return []
  const name = asPath(encoding.decode(first.fileNameRaw))
  return [errors.entryNamesGuessed({ names: unsaid.length, encoding: encoding.title, first: name })]
}

/** Whether an entry is a link of Unix: its target is its content. */
const isLink = ({ versionMadeBy, externalFileAttributes }: Entry): boolean =>
  versionMadeBy >>> 8 === 3 && ((externalFileAttributes >>> 16) & 0o170000) === 0o120000

/** Entries that are packed in other ways cannot be read; see section 4.4.5 of the format. */
const methods: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
  99: 'AES encryption',
}

/** The largest share by which packing with deflate can make a file longer, and what it adds to an empty one. */
const packedAtMost = (bytes: number): number => bytes * 1.01 + 1024

/** Unpacks an entry, all of it or nothing. Throws FILE_TOO_LARGE, or an error that says what is wrong with the entry. */
async function readEntry(
  file: FileHandle,
  index: ZipIndex,
  entry: Entry,
  { maxImportedFileMegabytes }: SourceLimits,
): Promise<Buffer> {
  const { compressionMethod: method, compressedSize, uncompressedSize } = entry
  if (isLink(entry)) throw new Error('it is a link')
  if (entry.isEncrypted()) throw new Error('it is encrypted; pack the archive again without a password')
  if (method !== 0 && method !== 8) {
    const name = methods[method] ?? `method ${method}`
    throw new Error(`it is packed with ${name}, which is not supported; pack the archive again with Deflate`)
  }
  if (uncompressedSize > maxImportedFileMegabytes * 2 ** 20) {
    throw errors.fileTooLarge({ megabytes: maxImportedFileMegabytes })
  }
  const wrongSize = 'its size is another one than the archive says'
  const isStored = method === 0
  if (isStored ? compressedSize !== uncompressedSize : compressedSize > packedAtMost(uncompressedSize)) {
    throw new Error(wrongSize)
  }
  const start = await index.contentStart(entry)
  const packed = Buffer.alloc(compressedSize)
  const { bytesRead } = await file.read(packed, 0, compressedSize, start)
  if (bytesRead < compressedSize) throw new Error('the archive ends within it')
  // The output is never longer than the declared size. zlib takes no limit of 0.
  const maxOutputLength = Math.max(1, uncompressedSize)
  const bytes = isStored
    ? packed
    : await inflate(packed, { maxOutputLength }).catch((error: unknown) => {
        throw systemCodeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? new Error(wrongSize) : error
      })
  if (bytes.length !== uncompressedSize) throw new Error(wrongSize)
  if (crc32(bytes) !== entry.crc32) throw new Error('its checksum is another one than the archive says')
  return bytes
}
