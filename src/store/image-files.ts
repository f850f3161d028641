import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import { errors, systemCodeOf } from '../errors.js'
import { withReadErrors, withWriteErrors } from '../system/storage-fault.js'
import { fsyncPath } from '../system/write-atomically.js'

/** The bytes of images, each a file named after its SHA-256. Object storage would join here. */
export interface ImageFiles {
  /** Begins to store images; none of them is there before the batch is saved. */
  begin(): ImageFileBatch
  /** Throws UNKNOWN_IMAGE, or STORAGE_FAILED where it may be there and cannot be read. */
  read(id: string): Promise<Buffer>
  /** Removes the files of images; those that a batch holds stay. */
  remove(ids: readonly string[]): Promise<void>
  /** Removes what is no image's file, and the files of images that `isKnown` does not return: what a kill left behind. */
  sweep(isKnown: (ids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void>
}

/** Images stored together. It ends with `release`, whatever happened before. */
export interface ImageFileBatch {
  /** From here until the batch is released nobody removes the image's file. */
  hold(id: string): Promise<void>
  /** Writes an image's bytes as they came; an image that is stored already is left alone. Throws as `save`. */
  write(id: string, bytes: Uint8Array): Promise<void>
  /** Makes all that was written last, through a power cut as well, and be found. Throws DISK_FULL or STORAGE_FAILED. */
  save(): Promise<void>
  /** Lets go of the images and drops what was not saved. */
  release(): Promise<void>
}

/** The id of an image: SHA-256 of its bytes, hexadecimal. */
export const imageIdOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Files that are written out at the same time. */
const filesInFlight = 16

const idPattern = /^[0-9a-f]{64}$/

export function createImageFiles(directory: string): ImageFiles {
  const pathOf = (id: string) => join(directory, id.slice(0, 2), id)
  /** How many batches hold each image. */
  const held = new Map<string, number>()
  const removing = new Map<string, Promise<void>>()

  function begin(): ImageFileBatch {
    const mine = new Set<string>()
    /** Where the bytes of an image lie until they are saved. */
    const written = new Map<string, string>()

    async function save(): Promise<void> {
      // Together: the system writes many files out in little more time than one.
      const limit = pLimit(filesInFlight)
      await Promise.all([...written.values()].map((partial) => limit(() => fsyncPath(partial))))
      await Promise.all([...written].map(([id, partial]) => rename(partial, pathOf(id))))
      const folders = new Set([...written.keys()].map((id) => dirname(pathOf(id))))
      written.clear()
      await Promise.all([...folders].map((folder) => limit(() => fsyncPath(folder))))
    }

    return {
      async hold(id) {
        if (!mine.has(id)) held.set(id, (held.get(id) ?? 0) + 1)
        mine.add(id)
        await removing.get(id)
      },
      async write(id, bytes) {
        const path = pathOf(id)
        if (written.has(id)) return
        const partial = `${path}.${randomUUID()}.partial`
        written.set(id, partial)
        if (await exists(path)) written.delete(id)
        else {
          await withWriteErrors('an image', async () => {
            await mkdir(dirname(path), { recursive: true })
            await writeFile(partial, bytes, { flag: 'wx' })
          })
        }
      },
      save: () => withWriteErrors('images', save),
      async release() {
        await Promise.all([...written.values()].map((partial) => rm(partial, { force: true })))
        written.clear()
        for (const id of mine) {
          const others = (held.get(id) ?? 1) - 1
          if (others > 0) held.set(id, others)
          else held.delete(id)
        }
        mine.clear()
      },
    }
  }

  async function remove(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        if (held.has(id)) return
        const gone = rm(pathOf(id), { force: true })
        removing.set(id, gone)
        await gone.finally(() => removing.delete(id))
      }),
    )
  }

  return {
    begin,
    async read(id) {
      if (!idPattern.test(id)) throw errors.unknownImage({ id })
      try {
        return await withReadErrors('an image', () => readFile(pathOf(id)))
      } catch (error) {
        throw systemCodeOf(error) === 'ENOENT' ? errors.unknownImage({ id }) : error
      }
    },
    remove,
    async sweep(isKnown) {
      for (const folder of await namesIn(directory)) {
        const names = await namesIn(join(directory, folder))
        const ids = names.filter((name) => idPattern.test(name))
        const strays = names.filter((name) => !idPattern.test(name))
        await Promise.all(strays.map((name) => rm(join(directory, folder, name), { force: true })))
        const known = await isKnown(ids)
        await remove(ids.filter((id) => !known.has(id)))
      }
    },
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** What stands in a folder; nothing where there is none. */
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
