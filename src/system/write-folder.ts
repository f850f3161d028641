import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errors, systemCodeOf } from '../errors.js'
import { withWriteErrors } from './storage-fault.js'

/**
 * Writes a folder of files completely or not at all: they are written beside it, and then moved. Throws INVALID_FOLDER if there
 * is something in it already, DISK_FULL or STORAGE_FAILED; errors call the files `what`.
 */
export async function writeFolder(
  path: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  what: string,
): Promise<void> {
  const folder = resolve(path)
  await requireEmpty(folder, path)
  const partial = `${folder}.${randomUUID()}.partial`
  try {
    await withWriteErrors(what, async () => {
      for (const [name, content] of files) {
        const file = join(partial, name)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, content, { flush: true })
      }
      await rmdir(folder).catch((error: unknown) => {
        if (systemCodeOf(error) !== 'ENOENT') throw error
      })
      await rename(partial, folder)
    })
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

async function requireEmpty(folder: string, path: string): Promise<void> {
  const found = await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw errors.invalidFolder({ path, reason: 'it is not a folder' })
  })
  if (found.length > 0) throw errors.folderNotEmpty({ path })
}
