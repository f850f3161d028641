import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errors, systemCodeOf } from '../errors.js'
import { makeFolder } from './make-folder.js'
import { withWriteErrors } from './storage-fault.js'

/**
 * Writes a folder of files completely or not at all: they are written beside it, or in it if it is there already, and then moved.
 * Throws INVALID_FOLDER if it is a file, FOLDER_NOT_EMPTY if there is something in it, DISK_FULL or STORAGE_FAILED; errors call
 * the files `what`.
 */
export async function writeFolder(
  path: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  what: string,
): Promise<void> {
  const folder = resolve(path)
  const isThere = await isEmptyFolder(folder, path)
  // A folder that is there may be a disk of its own, a link, or in a folder that nobody may write to. So it stays.
  const partial = isThere ? join(folder, `.${randomUUID()}.partial`) : `${folder}.${randomUUID()}.partial`
  const moved: string[] = []
  try {
    await withWriteErrors(what, async () => {
      for (const [name, content] of files) {
        const file = join(partial, name)
        await makeFolder(dirname(file))
        await writeFile(file, content, { flush: true })
      }
      if (!isThere) return rename(partial, folder)
      for (const name of await readdir(partial)) {
        await rename(join(partial, name), join(folder, name))
        moved.push(name)
      }
      await rmdir(partial)
    })
  } catch (error) {
    for (const each of [partial, ...moved.map((name) => join(folder, name))]) {
      await rm(each, { recursive: true, force: true })
    }
    throw error
  }
}

/** Whether the folder is there. Throws INVALID_FOLDER for a file, and FOLDER_NOT_EMPTY. */
async function isEmptyFolder(folder: string, path: string): Promise<boolean> {
  const found = await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw errors.invalidFolder({ path, reason: 'it is not a folder' })
  })
  if (found && found.length > 0) throw errors.folderNotEmpty({ path })
  return found !== null
}
