import { basename } from 'node:path'
import yauzl, { type Entry } from 'yauzl'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import { throwIfCancelled } from '../system/abort.js'
import { createBounds } from './bounds.js'
import { byPath, isHidden, type Source, type SourceFile, type SourceLimits } from './source.js'

/** Opens a zip archive as a source. It is read in the order of its paths. */
export async function openZip(
  archive: { readonly path: string; readonly name: string; readonly bytes: number },
  limits: SourceLimits,
): Promise<Source> {
  const invalid = (reason: string) => errors.invalidArchive({ archive: archive.name, reason })
  const asSourceError = (error: unknown) =>
    error instanceof ShotboardError ? error : invalid(reasonOf(error))
  // Decode names here, so that we refuse paths that leave the folder ourselves.
  const zip = await yauzl
    .openPromise(archive.path, { autoClose: false, decodeStrings: false })
    .catch((error: unknown) => {
      throw asSourceError(error)
    })
  /** Filled by `files`. */
  const entries = new Map<string, Entry>()

  async function read({ path }: SourceFile): Promise<Buffer> {
    const entry = entries.get(path)
    if (!entry) throw new Error(`${path} is not in the archive`)
    if (entry.uncompressedSize > limits.maxImportedFileMegabytes * 2 ** 20) {
      throw errors.fileTooLarge({ megabytes: limits.maxImportedFileMegabytes })
    }
    try {
      const chunks: Buffer[] = []
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk)
      return Buffer.concat(chunks)
    } catch (error) {
      throw errors.invalidImage({ reason: reasonOf(error) })
    }
  }

  return {
    name: basename(archive.name).replace(/\.zip$/i, ''),
    async files(signal) {
      const bounds = createBounds(archive.bytes, limits)
      entries.clear()
      try {
        for await (const entry of zip.eachEntry()) {
          throwIfCancelled(signal)
          const path = nameOf(entry)
          bounds.entry(path)
          // yauzl ensures that a file unpacks to exactly this declared size.
          bounds.unpacked(entry.uncompressedSize)
          if (!path.endsWith('/') && !isHidden(path)) entries.set(path, entry)
        }
      } catch (error) {
        throw asSourceError(error)
      }
      return [...entries.keys()]
        .map((path) => ({ path }))
        .sort(byPath)
        .map(({ path }, at) => ({ path, at }))
    },
    async *readers(files) {
      for (const file of files) yield () => read(file)
    },
    invalid,
    async close() {
      zip.close()
    },
  }
}

const nameOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string =>
  yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
