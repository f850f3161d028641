import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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

/** Files that a killed process was still writing. Only the process that locks their folder may remove them. */
export const isPartial = (name: string): boolean =>
  /\.?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.partial$/.test(name)

/** Removes the partial files of a folder, if it exists. */
export async function removePartials(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(names.filter(isPartial).map((name) => rm(join(folder, name), { force: true })))
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
