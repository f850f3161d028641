import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { withWriteErrors } from './storage-fault.js'

/**
 * Writes a file completely or not at all, and makes its folder if needed. When it returns, the bytes are on the disk and
 * survive a power cut. Errors call the file `what`. Throws DISK_FULL or STORAGE_FAILED.
 */
export function writeAtomically(path: string, bytes: Uint8Array | string, what: string): Promise<void> {
  return withWriteErrors(what, async () => {
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

/** Flushes a file's bytes, or a folder's entries, to the disk. */
export async function fsyncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
