import { stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { errors, reasonOf, ShotboardError, systemCodeOf } from '../errors.js'
import { openArchive } from './archive.js'
import { openFolder } from './folder.js'
import { imageName } from './image-name.js'
import type { Source, SourceFile, SourceLimits } from './source.js'
import { isJunk } from './well-known-names.js'

/** An image file that has been read, or why it could not be. */
export interface ReadFile {
  /** Its path: on disk, or in its archive, after the archive's. */
  readonly file: string
  /** Its path on disk; null for a file in an archive. */
  readonly path: string | null
  readonly bytes: Buffer
  readonly error: ShotboardError | null
}

export interface ImageFilesOf {
  /** The number of images; of a bucket, those that are counted yet. */
  readonly total: number
  /** The number of files in folders and archives that are left out, since their names are not those of images. */
  readonly others: number
  /** The images in order, some at a time. The next ones are read meanwhile. */
  readonly chunks: AsyncIterable<readonly ReadFile[]>
  close(): Promise<void>
}

interface Part {
  readonly source: Source
  readonly images: readonly SourceFile[]
  readonly others: number
  readonly nameOf: (inside: string) => Pick<ReadFile, 'file' | 'path'>
}

/** Files read at once: enough to keep an encoder busy, and few enough to stay small. */
const filesPerChunk = 64
const bytesPerChunk = 64 * 2 ** 20

/**
 * The images of files, folders and archives, wherever they lie in them. Memory stays bounded however many there are. Throws
 * INVALID_FOLDER for a path that is not there or has no images, and the errors of archives. What lies in `except`, a folder inside
 * one of the paths, is left out.
 */
export async function imageFilesOf(
  paths: readonly string[],
  limits: SourceLimits,
  except?: string,
): Promise<ImageFilesOf> {
  const parts: Part[] = []
  const close = async () => {
    await Promise.all(parts.map(({ source }) => source.close()))
  }
  try {
    for (const path of paths) parts.push(await openPart(path, limits, except))
  } catch (error) {
    await close()
    throw error
  }
  return {
    total: parts.reduce((sum, { images }) => sum + images.length, 0),
    others: parts.reduce((sum, part) => sum + part.others, 0),
    chunks: oneAhead(chunksOf(parts)),
    close,
  }
}

async function openPart(path: string, limits: SourceLimits, except: string | undefined): Promise<Part> {
  const kind = await stat(path).catch((error: unknown) => {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'it is not there' : reasonOf(error)
    throw errors.invalidFolder({ path, reason })
  })
  if (kind.isFile() && imageName.test(path)) return openImage(path, limits)
  const isArchive = kind.isFile()
  const source = isArchive ? await openArchiveOrNone(path, limits) : await openFolder(path, limits)
  // Who names a file means that file, whatever its name is.
  if (source === null) return openImage(path, limits)
  try {
    const left = isArchive || except === undefined ? undefined : insideOf(path, except)
    const files = (await source.files()).filter(
      (file) => !isJunk(file.path) && !(left && file.path.startsWith(left)),
    )
    const images = files.filter((file) => imageName.test(file.path))
    if (images.length === 0) throw source.invalid('it has no images')
    return {
      ...{ source, images, others: files.length - images.length },
      nameOf(inside) {
        const file = join(path, inside)
        return { file, path: isArchive ? null : file }
      },
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

async function openImage(path: string, limits: SourceLimits): Promise<Part> {
  const source = await openFolder(dirname(path), limits)
  const images = [{ path: basename(path), at: 0 }]
  return { source, images, others: 0, nameOf: () => ({ file: path, path }) }
}

/** Null for a file that is no archive. */
async function openArchiveOrNone(path: string, limits: SourceLimits): Promise<Source | null> {
  try {
    return await openArchive({ path, name: basename(path) }, limits)
  } catch (error) {
    if (error instanceof ShotboardError && error.code === 'UNSUPPORTED_ARCHIVE') return null
    throw error
  }
}

/** How the paths of what lies in another folder begin; undefined if that does not lie inside this one. */
function insideOf(folder: string, other: string): string | undefined {
  const path = relative(folder, other)
  return path === '' || path.startsWith('..') || isAbsolute(path)
    ? undefined
    : `${path.split(sep).join('/')}/`
}

async function* chunksOf(parts: readonly Part[]): AsyncGenerator<readonly ReadFile[]> {
  let chunk: ReadFile[] = []
  let bytes = 0
  for (const { source, images, nameOf } of parts) {
    let i = 0
    for await (const read of source.readers(images)) {
      const name = nameOf((images[i++] as SourceFile).path)
      try {
        const content = await read()
        bytes += content.length
        chunk.push({ ...name, bytes: content, error: null })
      } catch (error) {
        if (!(error instanceof ShotboardError)) throw error
        chunk.push({ ...name, bytes: Buffer.alloc(0), error })
      }
      if (chunk.length < filesPerChunk && bytes < bytesPerChunk) continue
      yield chunk
      chunk = []
      bytes = 0
    }
  }
  if (chunk.length > 0) yield chunk
}

/** The same items; while one is worked on, the next is made. */
export async function* oneAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next()
  // An error is thrown when its item is asked for.
  next.catch(() => undefined)
  try {
    for (;;) {
      const { done, value } = await next
      if (done) return
      next = items.next()
      next.catch(() => undefined)
      yield value
    }
  } finally {
    await items.return(undefined).catch(() => undefined)
  }
}
