import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errors } from '../errors.js'
import { withWriteErrors } from '../system/storage-fault.js'
import { fsyncPath, removePartials } from '../system/write-atomically.js'
import type { Trash } from './trash.js'

/** The files of archives that wait to be imported. Each is kept until its import has ended. */
export interface ArchiveFiles {
  /**
   * Stores an archive completely or not at all, and returns its id. Throws ARCHIVE_TOO_LARGE, DISK_FULL or
   * STORAGE_FAILED.
   */
  write(chunks: AsyncIterable<Uint8Array>): Promise<string>
  pathOf(id: string): string
  remove(id: string): Promise<void>
  /** Moves archives that are not `known`, which a kill left behind, to the trash. */
  sweep(known: ReadonlySet<string>, trash: Trash): Promise<void>
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createArchiveFiles(
  directory: string,
  { maxArchiveMegabytes }: { readonly maxArchiveMegabytes: number },
): ArchiveFiles {
  const pathOf = (id: string) => join(directory, id)

  async function write(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const id = randomUUID()
    await mkdir(directory, { recursive: true })
    const partial = `${pathOf(id)}.partial`
    const file = await open(partial, 'wx')
    try {
      let left = maxArchiveMegabytes * 2 ** 20
      for await (const chunk of chunks) {
        left -= chunk.length
        if (left < 0) throw errors.archiveTooLarge({ megabytes: maxArchiveMegabytes })
        await file.writeFile(chunk)
      }
      // An acknowledged archive must survive a power cut, not only a kill.
      await file.sync()
      await file.close()
      await rename(partial, pathOf(id))
      await fsyncPath(directory)
    } catch (error) {
      await file.close().catch(() => {})
      await rm(partial, { force: true })
      throw error
    }
    return id
  }

  return {
    write: (chunks) => withWriteErrors('an archive', () => write(chunks)),
    pathOf,
    remove: (id) => rm(pathOf(id), { force: true }),
    async sweep(known, trash) {
      await removePartials(directory)
      const names = await readdir(directory).catch(() => [])
      const unknown = names.filter((name) => idPattern.test(name) && !known.has(name))
      await trash.discard('archives', unknown.map(pathOf))
    },
  }
}
