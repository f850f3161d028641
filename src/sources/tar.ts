import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { addAbortSignal, pipeline, type Readable, Transform } from 'node:stream'
import { extract, type Header } from 'tar-stream'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import { throwIfCancelled } from '../system/abort.js'
import { createBounds } from './bounds.js'
import { decompress } from './decompress.js'
import { gunzip } from './gunzip.js'
import { type FileReader, isHidden, plainPath, type Source, type SourceLimits } from './source.js'

interface Entry extends AsyncIterable<Buffer> {
  readonly header: Header
  resume(): unknown
}

export type TarPacking = 'none' | 'gzip' | 'bzip2' | 'xz'

/** Opens a .tar archive, packed or not, as a source. It is read twice from front to back: for the list of files, then for their content. */
export async function openTar(
  archive: { readonly path: string; readonly name: string; readonly bytes: number },
  limits: SourceLimits,
  packing: TarPacking,
): Promise<Source> {
  const invalid = (reason: string) => errors.invalidArchive({ archive: archive.name, reason })
  const asSourceError = (error: unknown, signal?: AbortSignal) => {
    throwIfCancelled(signal)
    return error instanceof ShotboardError ? error : invalid(reasonOf(error))
  }

  let hasMore = false
  const onMore = () => {
    hasMore = true
  }

  /** Yields every entry. An entry that was not read when the next one is requested is skipped. */
  async function* entries(signal?: AbortSignal): AsyncGenerator<Entry> {
    const bounds = createBounds(archive.bytes, limits)
    const tar = unpack(unpacked(archive.path, packing, onMore, signal), (bytes) => bounds.unpacked(bytes))
    try {
      for await (const entry of tar) {
        bounds.entry(nameOf(entry.header))
        yield entry
        entry.resume()
      }
    } catch (error) {
      throw asSourceError(error, signal)
    } finally {
      tar.destroy()
    }
  }

  return {
    name: basename(archive.name).replace(/\.(tar|(tar\.)?(gz|bz2|xz)|tgz|tbz2?|txz)$/i, ''),
    async files(signal) {
      const files: { path: string; at: number }[] = []
      let at = 0
      for await (const { header } of entries(signal)) {
        const path = plainPath(nameOf(header))
        if (holdsContent(header.type) && path !== '' && !isHidden(path)) files.push({ path, at })
        at++
      }
      return files
    },
    async *readers(files, signal) {
      const wanted = new Set(files.map(({ at }) => at))
      const last = files.at(-1)?.at ?? -1
      let at = 0
      if (last < 0) return
      for await (const entry of entries(signal)) {
        if (wanted.has(at)) {
          yield await read(entry, limits).catch((error: unknown) => {
            throw asSourceError(error, signal)
          })
        }
        if (at++ === last) return
      }
    },
    warnings: () => (hasMore ? [errors.archiveHasMore({ packing })] : []),
    invalid,
    close: () => Promise.resolve(),
  }
}

/** Where GNU's tar keeps the name of a file that it stores without its empty parts. */
function sparseNameOf({ pax }: Header): string | undefined {
  const name: unknown = pax && Reflect.get(pax, 'GNU.sparse.name')
  return typeof name === 'string' ? name : undefined
}

/** Programs on Windows write its separators. */
function nameOf(header: Header): string {
  const name = sparseNameOf(header) ?? header.name
  return name.includes('/') ? name : name.replaceAll('\\', '/')
}

/** tar-stream tells folders and devices, and nothing of kinds that it does not know. */
const withoutContent: ReadonlySet<Header['type']> = new Set([
  ...(['directory', 'character-device', 'block-device', 'fifo'] as const),
])

/** Links and unknown kinds are listed too, so that they are reported as unreadable. Links are never followed. */
const holdsContent = (type: Header['type']): boolean => !withoutContent.has(type)

/** Why an entry is no file that can be read, if it is none. */
function problemOf(header: Header): string | undefined {
  const { type } = header
  if (type === 'symlink' || type === 'link') return 'it is a link'
  const isFile = type === 'file' || type === 'contiguous-file'
  if (isFile && sparseNameOf(header) === undefined) return undefined
  return 'the archive holds it in parts or in another way that is not read; pack it without --sparse'
}

async function read(entry: Entry, { maxImportedFileMegabytes }: SourceLimits): Promise<FileReader> {
  const { size = 0 } = entry.header
  const reject = (error: ShotboardError) => () => Promise.reject(error)
  const reason = problemOf(entry.header)
  if (reason !== undefined) return reject(errors.invalidImage({ reason }))
  if (size > maxImportedFileMegabytes * 2 ** 20)
    return reject(errors.fileTooLarge({ megabytes: maxImportedFileMegabytes }))
  const chunks: Buffer[] = []
  for await (const chunk of entry) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  return () => Promise.resolve(bytes)
}

/** The entries of an unpacked archive. `count` receives the unpacked bytes as they arrive, and may throw. */
function unpack(
  packed: Readable,
  count: (bytes: number) => void,
): AsyncIterable<Entry> & { destroy(): void } {
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        count(chunk.length)
        done(null, chunk)
      } catch (error) {
        done(error as Error)
      }
    },
  })
  // Old tars have no signature. The types of tar-stream leave this option out.
  const options = { allowUnknownFormat: true }
  const tar = extract(options as Parameters<typeof extract>[0])
  // Errors of the pipeline arrive at the reader of the entries. The streams of tar-stream work like Node's, but have
  // other types.
  pipeline([packed, counter, tar as unknown as NodeJS.WritableStream], () => {})
  return tar as unknown as ReturnType<typeof unpack>
}

/** The bytes of a file, unpacked. `onMore` is called if something follows what is packed. */
function unpacked(path: string, packing: TarPacking, onMore: () => void, signal?: AbortSignal): Readable {
  if (packing === 'gzip') return gunzip(path, onMore, signal)
  const bytes =
    packing === 'none'
      ? createReadStream(path, { highWaterMark: 2 ** 18 })
      : decompress(path, packing, { onMore })
  return signal ? addAbortSignal(signal, bytes) : bytes
}
