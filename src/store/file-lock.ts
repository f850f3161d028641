import { mkdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { z } from 'zod'
import { type ShotboardError, systemCodeOf } from '../errors.js'
import { writeAtomically } from '../system/write-atomically.js'

/** The lock of this process on something that a path stands for. */
export interface FileLock {
  /** Stores the URL of the service for the error message of other processes. */
  publishUrl(url: string): Promise<void>
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
 * Locks `path` for this process, and creates its folder if needed. The lock is SQLite's lock on the empty file `path.db`, and
 * `path.json` describes the holder. The operating system releases the lock when the process ends, even by a kill, so no process
 * id or clock is needed. If another process has it, throws what `refusal` makes of it.
 */
export async function lockFile(
  path: string,
  refusal: (holder: Holder | undefined) => ShotboardError,
): Promise<FileLock> {
  await mkdir(dirname(path), { recursive: true })
  const client = createClient({ url: pathToFileURL(`${path}.db`).href, timeout: 0 })
  try {
    await client.execute('BEGIN IMMEDIATE')
  } catch (error) {
    client.close()
    if (systemCodeOf(error) !== 'SQLITE_BUSY') throw error
    throw refusal(await readHolder(`${path}.json`))
  }

  const file = `${path}.json`
  const self: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    command: thisCommand(),
  }
  const writeHolder = (holder: Holder): Promise<void> =>
    writeAtomically(file, JSON.stringify(holder), 'the holder of a lock')
  const release = async (): Promise<void> => {
    await rm(file, { force: true })
    // Without the rollback, closing leaves the lock to the garbage collector.
    await client.execute('ROLLBACK')
    client.close()
  }
  try {
    await writeHolder(self)
  } catch (error) {
    await release()
    throw error
  }
  return { publishUrl: (url) => writeHolder({ ...self, url }), release }
}

/** The command line of this process, without paths. */
export const thisCommand = (): string =>
  [basename(process.argv[1] ?? 'node'), ...process.argv.slice(2)].join(' ')

/** Milliseconds to wait for a new holder to write its details. */
const patience = { tries: 10, pause: 100 }

/** The holder that a file describes; undefined if it has not written its details. */
async function readHolder(file: string): Promise<Holder | undefined> {
  for (let i = 0; i < patience.tries; i++) {
    const text = await readFile(file, 'utf8').catch(() => '')
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
