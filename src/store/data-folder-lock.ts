import { mkdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { z } from 'zod'
import { errors, systemCodeOf } from '../errors.js'
import { writeAtomically } from '../system/write-atomically.js'

/** A data folder that this process has for itself. */
export interface DataFolderLock {
  /** Lets whoever finds the folder in use know where the service is reached. */
  announce(url: string): Promise<void>
  release(): Promise<void>
}

const holderSchema = z.object({
  pid: z.number(),
  host: z.string(),
  since: z.string(),
  command: z.string(),
  url: z.string().optional(),
})
export type Holder = z.infer<typeof holderSchema>

/**
 * Takes a data folder, which is made when needed, for this process alone. The lock is SQLite's own on a file that stays
 * empty: the operating system holds it, so it is gone the moment its holder is, however that ended, and no process id or
 * clock is believed. Throws DATA_FOLDER_IN_USE with who holds it.
 */
export async function lockDataFolder(folder: string): Promise<DataFolderLock> {
  await mkdir(folder, { recursive: true })
  const client = createClient({ url: pathToFileURL(join(folder, 'lock.db')).href, timeout: 0 })
  try {
    await client.execute('BEGIN IMMEDIATE')
  } catch (error) {
    client.close()
    if (systemCodeOf(error) !== 'SQLITE_BUSY') throw error
    throw errors.dataFolderInUse({ folder, holder: await readHolder(folder) })
  }

  const file = join(folder, 'lock.json')
  const self: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    command: [basename(process.argv[1] ?? 'node'), ...process.argv.slice(2)].join(' '),
  }
  const tell = (holder: Holder): Promise<void> =>
    writeAtomically(file, JSON.stringify(holder), 'the lock of the folder')
  const release = async (): Promise<void> => {
    await rm(file, { force: true })
    // Closing alone leaves the lock to the garbage collector.
    await client.execute('ROLLBACK')
    client.close()
  }
  try {
    await tell(self)
  } catch (error) {
    await release()
    throw error
  }
  return { announce: (url) => tell({ ...self, url }), release }
}

/** A holder that has only just taken the folder may not have said who it is: it is given that long, in milliseconds. */
const patience = { tries: 10, pause: 100 }

/** Who holds the folder, as far as it has said so. */
async function readHolder(folder: string): Promise<Holder | undefined> {
  for (let i = 0; i < patience.tries; i++) {
    const text = await readFile(join(folder, 'lock.json'), 'utf8').catch(() => '')
    const holder = parseHolder(text)
    if (holder && !(holder.host === hostname() && isGone(holder.pid))) return holder
    await setTimeout(patience.pause)
  }
  return undefined
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return systemCodeOf(error) === 'ESRCH'
  }
}
