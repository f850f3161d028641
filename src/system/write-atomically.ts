import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { storing } from './storage-fault.js'

/**
 * Writes a file whole or not at all, into a folder that is made where it is missing; once it returns the file survives a
 * power cut, not only a kill. `what` is what errors call it. Throws DISK_FULL or STORAGE_FAILED.
 */
export function writeWhole(path: string, bytes: Uint8Array | string, what: string): Promise<void> {
  return storing(what, async () => {
    await mkdir(dirname(path), { recursive: true })
    const partial = `${path}.${randomUUID()}.partial`
    try {
      const file = await open(partial, 'wx')
      try {
        await file.writeFile(bytes)
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(partial, path)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  })
}

/** Makes the bytes of a file outlive a power cut, or the names in a folder. */
export async function writeOut(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
