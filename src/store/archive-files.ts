import { randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errors } from '../errors.js'
import { withWriteErrors } from '../system/storage-fault.js'
import { namesOf, type ObjectStore } from './objects/object-store.js'
import type { Trash } from './trash.js'

/** The archives that wait to be imported. Each is kept until its import has ended. */
export interface ArchiveFiles {
  /**
   * Stores an archive completely or not at all, and returns its id. Throws ARCHIVE_TOO_LARGE, DISK_FULL or
   * STORAGE_FAILED.
   */
  write(chunks: AsyncIterable<Uint8Array>): Promise<string>
  /** An archive as a file on the local disk: its own, or a copy. Throws DISK_FULL or STORAGE_FAILED. */
  open(id: string): Promise<OpenedArchive>
  remove(id: string): Promise<void>
  /** Moves archives that are not `known`, which a kill left behind, to the trash. */
  sweep(known: ReadonlySet<string>, trash: Trash): Promise<void>
}

export interface OpenedArchive {
  readonly path: string
  /** Removes the copy. */
  close(): Promise<void>
}

export interface ArchiveFilesOptions {
  readonly maxArchiveMegabytes: number
  /** A local folder for copies of archives that lie elsewhere. */
  readonly copies: string
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const prefix = 'archives/'
/** How much of an archive is copied at a time. */
const bytesPerRead = 16 * 2 ** 20

export function createArchiveFiles(objects: ObjectStore, options: ArchiveFilesOptions): ArchiveFiles {
  const { maxArchiveMegabytes, copies } = options
  const keyOf = (id: string) => `${prefix}${id}`

  async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let left = maxArchiveMegabytes * 2 ** 20
    for await (const chunk of chunks) {
      left -= chunk.length
      if (left < 0) throw errors.archiveTooLarge({ megabytes: maxArchiveMegabytes })
      yield chunk
    }
  }

  async function copy(id: string, path: string): Promise<void> {
    await mkdir(copies, { recursive: true })
    const file = await open(path, 'wx')
    try {
      for (let from = 0; ; from += bytesPerRead) {
        const bytes = await objects.range(keyOf(id), from, bytesPerRead)
        if (bytes) await file.writeFile(bytes)
        if (!bytes || bytes.length < bytesPerRead) return
      }
    } finally {
      await file.close()
    }
  }

  return {
    async write(chunks) {
      const id = randomUUID()
      await objects.put(keyOf(id), limited(chunks))
      return id
    },
    async open(id) {
      if (objects.pathOf) return { path: objects.pathOf(keyOf(id)), close: async () => {} }
      const path = join(copies, randomUUID())
      const close = () => rm(path, { force: true })
      try {
        await withWriteErrors('an archive', () => copy(id, path))
      } catch (error) {
        await close()
        throw error
      }
      return { path, close }
    },
    remove: (id) => objects.delete([keyOf(id)]),
    async sweep(known, trash) {
      const names = await namesOf(objects, prefix, '')
      const unknown = names.filter((name) => idPattern.test(name) && !known.has(name))
      await trash.discard('archives', unknown.map(keyOf))
    },
  }
}
