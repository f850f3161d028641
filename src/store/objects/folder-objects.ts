import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { systemCodeOf } from '../../errors.js'
import { withReadErrors, withWriteErrors } from '../../system/storage-fault.js'
import { fsyncPath, isPartial } from '../../system/write-atomically.js'
import { describeObject, type ObjectStore, piecesOf, type StoredObject } from './object-store.js'

/** Objects as files of a folder, which is made when it is needed. Every key is a path in it. */
export function createFolderObjects(folder: string): ObjectStore {
  const pathOf = (key: string): string => join(folder, key)

  async function write(key: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const path = pathOf(key)
    await mkdir(dirname(path), { recursive: true })
    const partial = `${path}.${randomUUID()}.partial`
    try {
      const file = await open(partial, 'wx')
      try {
        for await (const piece of piecesOf(content)) await file.writeFile(piece)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(partial, path)
      await fsyncPath(dirname(path))
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }

  async function readRange(key: string, from: number, length: number): Promise<Buffer> {
    const file = await open(pathOf(key), 'r')
    try {
      const buffer = Buffer.alloc(length)
      const { bytesRead } = await file.read(buffer, 0, length, from)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }

  const read = <T>(key: string, work: () => Promise<T>): Promise<T | undefined> =>
    withReadErrors(describeObject(key), work).catch(undefinedIfMissing)

  async function* listBelow(directory: string): AsyncGenerator<StoredObject> {
    const entries = (await readdir(directory, { withFileTypes: true }).catch(undefinedIfMissing)) ?? []
    for (const entry of entries) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) yield* listBelow(path)
      else if (!isPartial(entry.name)) {
        const found = await stat(path).catch(undefinedIfMissing)
        const key = relative(folder, path).replaceAll(sep, '/')
        if (found) yield { key, bytes: found.size, modified: found.mtime }
      }
    }
  }

  return {
    put: (key, content) => withWriteErrors(describeObject(key), () => write(key, content)),
    get: (key) => read(key, () => readFile(pathOf(key))),
    range: (key, from, length) => read(key, () => readRange(key, from, length)),
    async delete(keys) {
      await Promise.all(keys.map((key) => rm(pathOf(key), { force: true })))
    },
    list: (prefix) => listBelow(pathOf(prefix)),
    pathOf,
  }
}

/** Undefined for the error that a file is missing; throws any other. */
function undefinedIfMissing(error: unknown): undefined {
  if (systemCodeOf(error) !== 'ENOENT') throw error
  return undefined
}
