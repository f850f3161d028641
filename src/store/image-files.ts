import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errors } from '../errors.js'

/** The bytes of images, each a file named after its SHA-256. Object storage would join here. */
export interface ImageFiles {
  /** Stores an image as it came and returns its id. Whole or not at all; storing it again does nothing. */
  write(bytes: Uint8Array): Promise<string>
  /** Throws UNKNOWN_IMAGE. */
  read(id: string): Promise<Buffer>
}

/** The id of an image: SHA-256 of its bytes, hexadecimal. */
export const imageIdOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export function createImageFiles(directory: string): ImageFiles {
  const pathOf = (id: string) => join(directory, id.slice(0, 2), id)
  return {
    async write(bytes) {
      const id = imageIdOf(bytes)
      const path = pathOf(id)
      if (await exists(path)) return id
      await mkdir(dirname(path), { recursive: true })
      const partial = `${path}.${randomUUID()}.partial`
      try {
        const file = await open(partial, 'wx')
        try {
          await file.writeFile(bytes)
          // What is acknowledged must survive a power cut, not only a kill.
          await file.datasync()
        } finally {
          await file.close()
        }
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true })
        throw error
      }
      return id
    },
    async read(id) {
      if (!/^[0-9a-f]{64}$/.test(id)) throw errors.unknownImage({ id })
      try {
        return await readFile(pathOf(id))
      } catch {
        throw errors.unknownImage({ id })
      }
    },
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
