import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { partialPrefix } from './hub/add.js'
import { copyPrefix } from './own-copy.js'

const msPerHour = 3_600_000

/** A process that copies a model may still be at work, and an interrupted download can be resumed: both are left for a while. */
const hoursKept = { copy: 1, download: 7 * 24 }

/**
 * Removes copies and unfinished additions in the folder of added models that nobody has written to for long. They are not
 * behind the lock of the data folder, since a model can be added while a service runs.
 */
export async function removeAbandonedModels(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const isCopy = name.startsWith(copyPrefix)
    if (!isCopy && !name.startsWith(partialPrefix)) continue
    const folder = join(directory, name)
    const isDownload = /-[0-9a-f]{12}$/.test(name)
    const hours = !isCopy && isDownload ? hoursKept.download : hoursKept.copy
    const idleMs = Date.now() - (await lastWrite(folder))
    if (idleMs > hours * msPerHour) await rm(folder, { recursive: true, force: true })
  }
}

/** When the newest file of a folder was written. */
async function lastWrite(folder: string): Promise<number> {
  const files = ['.', ...(await readdir(folder, { recursive: true }).catch(() => []))]
  const times = await Promise.all(
    files.map((file) =>
      stat(join(folder, file)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  return Math.max(...times)
}
