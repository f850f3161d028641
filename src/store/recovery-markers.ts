import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShotboardError } from '../errors.js'
import { withWriteErrors } from '../system/storage-fault.js'

/** What is going on that a kill leaves half done: files before the rows that know them, or rows gone before their files. */
export type Unsettling = 'adding' | 'deleting'

/** Remembers through a kill what was going on, so that the next start knows what to look for, and need not look otherwise. */
export interface RecoveryMarkers {
  /** Does something that is half done in between. */
  during<T>(what: Unsettling, work: () => Promise<T>): Promise<T>
  /** What an earlier process was in the middle of. */
  left(): Promise<ReadonlySet<string>>
  /** Says that nothing of it is left. */
  settle(): Promise<void>
}

export function createRecoveryMarkers(directory: string): RecoveryMarkers {
  const going = new Map<Unsettling, number>()
  const fileOf = (what: Unsettling) => join(directory, what)
  return {
    async during(what, work) {
      going.set(what, (going.get(what) ?? 0) + 1)
      await withWriteErrors('the recovery marker', async () => {
        await mkdir(directory, { recursive: true })
        await writeFile(fileOf(what), '')
      })
      let clean = false
      try {
        const result = await work()
        clean = true
        return result
      } catch (error) {
        // What is refused has changed nothing.
        clean = error instanceof ShotboardError
        throw error
      } finally {
        const others = (going.get(what) ?? 1) - 1
        going.set(what, others)
        if (clean && others === 0) await rm(fileOf(what), { force: true })
      }
    },
    left: async () => new Set(await readdir(directory).catch(() => [])),
    settle: () => rm(directory, { recursive: true, force: true }),
  }
}
