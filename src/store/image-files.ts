import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import { errors, systemCodeOf } from '../errors.js'
import { withReadErrors, withWriteErrors } from '../system/storage-fault.js'
import { fsyncPath, removePartials } from '../system/write-atomically.js'
import type { Trash } from './trash.js'

/** The bytes of images, one file or object per image, named after its SHA-256. */
export interface ImageFiles {
  /** Starts a batch of images to store. They become visible when the batch is saved. */
  begin(): ImageFileBatch
  /** Reads the bytes. Throws UNKNOWN_IMAGE, IMAGE_CHANGED for other bytes, or STORAGE_FAILED. */
  read(id: string): Promise<Buffer>
  /** Removes the files of images, except those that a batch holds. */
  remove(ids: readonly string[]): Promise<void>
  /** Removes partial files that a kill left behind, and moves images that `isKnown` does not return to the trash. */
  sweep(isKnown: (ids: readonly string[]) => Promise<ReadonlySet<string>>, trash: Trash): Promise<void>
  /** The ids of up to about `count` stored images. */
  some(count: number): Promise<readonly string[]>
}

/** Images stored together. Always call `release` at the end. */
export interface ImageFileBatch {
  /** Keeps the image's file from being removed until the batch is released. */
  hold(id: string): Promise<void>
  /** Writes an image's bytes, unless the image is already stored. Throws like `save`. */
  write(id: string, bytes: Uint8Array): Promise<void>
  /** Makes the written images visible and safe against a power cut. Throws DISK_FULL or STORAGE_FAILED. */
  save(): Promise<void>
  /** Releases the images and drops those that were not saved. */
  release(): Promise<void>
}

/** The id of an image: SHA-256 of its bytes, hexadecimal. */
export const imageIdOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Files flushed to disk at the same time. */
const filesInFlight = 16

const idPattern = /^[0-9a-f]{64}$/

/** The path of an image in a data folder, or its key in an object store. */
export const imageKeyOf = (id: string): string => `images/${id.slice(0, 2)}/${id}`

/** The images of a data folder. */
export function createImageFiles(dataDirectory: string): ImageFiles {
  const directory = join(dataDirectory, 'images')
  const pathOf = (id: string) => join(dataDirectory, imageKeyOf(id))
  /** The number of batches that hold each image. */
  const held = new Map<string, number>()
  const removing = new Map<string, Promise<void>>()

  function begin(): ImageFileBatch {
    const mine = new Set<string>()
    /** The temporary file of an image until it is saved. */
    const written = new Map<string, string>()

    async function save(): Promise<void> {
      // Flush together: the system needs little more time for many files than for one.
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
        // A damaged file is written again.
        if (await isIntact(path, id)) written.delete(id)
        else {
          await withWriteErrors('an image', () => writeNew(partial, bytes))
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
        const bytes = await withReadErrors('an image', () => readRegularFile(pathOf(id)))
        if (bytes === null || imageIdOf(bytes) !== id) throw errors.imageChanged({ id })
        return bytes
      } catch (error) {
        throw systemCodeOf(error) === 'ENOENT' ? errors.unknownImage({ id }) : error
      }
    },
    remove,
    async sweep(isKnown, trash) {
      for (const folder of await namesIn(directory)) {
        await removePartials(join(directory, folder))
        const ids = (await namesIn(join(directory, folder))).filter((name) => idPattern.test(name))
        const known = await isKnown(ids)
        const unknown = ids.filter((id) => !known.has(id))
        await trash.discard('images', unknown.map(imageKeyOf))
      }
    },
    async some(count) {
      const ids: string[] = []
      for (const folder of await namesIn(directory)) {
        const names = await namesIn(join(directory, folder))
        ids.push(...names.filter((name) => idPattern.test(name)).slice(0, Math.ceil(count / 256)))
        if (ids.length >= count) break
      }
      return ids
    },
  }
}

/** The bytes of a file; null if something else has its name: a folder, a device, a pipe, or links in a circle. */
async function readRegularFile(path: string): Promise<Buffer | null> {
  // A pipe that nobody writes to would otherwise be waited for.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK
  const file = await open(path, flags).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ELOOP') return null
    throw error
  })
  if (file === null) return null
  try {
    return (await file.stat()).isFile() ? await file.readFile() : null
  } finally {
    await file.close()
  }
}

/** Writes a new file. Its folder is made only if it is missing, since most are there. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const write = () => writeFile(path, bytes, { flag: 'wx' })
  await write().catch(async (error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT') throw error
    await mkdir(dirname(path), { recursive: true })
    await write()
  })
}

/** Whether a file has the bytes of an image. */
const isIntact = (path: string, id: string): Promise<boolean> =>
  readRegularFile(path).then(
    (bytes) => bytes !== null && imageIdOf(bytes) === id,
    () => false,
  )

/** The entries of a folder; empty if it does not exist. */
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
