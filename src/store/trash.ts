import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { systemCodeOf } from '../errors.js'

/** Where files go that no row of the database names. They are deleted later, so that a mistake can be mended by hand. */
export interface Trash {
  /** Moves files of one kind, such as `images`, out of the way. Files that are gone are skipped. */
  discard(kind: string, files: readonly string[]): Promise<void>
  /** Deletes what was discarded more than `days` days ago. */
  empty(days: number): Promise<void>
}

const msPerDay = 86_400_000

/** The trash of a data folder, in its folder `trash`. Files are named by their paths in the data folder. */
export function createTrash(dataDirectory: string): Trash {
  const directory = join(dataDirectory, 'trash')
  /** One folder for everything that this process discards, named by its time. */
  const batch = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}`
  return {
    async discard(kind, files) {
      if (files.length === 0) return
      const folder = join(directory, batch, kind)
      await mkdir(folder, { recursive: true })
      for (const file of files) {
        await rename(join(dataDirectory, file), join(folder, basename(file))).catch((error: unknown) => {
          if (systemCodeOf(error) !== 'ENOENT') throw error
        })
      }
    },
    async empty(days) {
      const oldest = new Date(Date.now() - days * msPerDay).toISOString().replaceAll(':', '-')
      for (const name of await readdir(directory).catch(() => [])) {
        // Anything else there is not ours.
        if (!/^\d{4}-\d\d-\d\dT[\d-]+\.\d+Z-[0-9a-f]{8}$/.test(name) || name >= oldest) continue
        await rm(join(directory, name), { recursive: true, force: true })
      }
    },
  }
}
