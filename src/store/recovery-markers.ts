import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShotboardError } from '../errors.js'
import { withWriteErrors } from '../system/storage-fault.js'

/**
 * Work that a kill can leave half done. Adding writes files before their rows; deleting removes rows before their
 * files.
 */
export type RecoveryMarker = 'adding' | 'deleting'

/**
 * Markers on disk for work in progress. After a kill, the next start sees them and cleans up; without them it need
 * not search.
 */
export interface RecoveryMarkers {
  /** Sets the marker, runs the work, and removes the marker. */
  during<T>(what: RecoveryMarker, work: () => Promise<T>): Promise<T>
  /** The work that an earlier process did not finish. */
  left(): Promise<ReadonlySet<string>>
  /** Removes the markers of earlier processes after the cleanup. */
  settle(): Promise<void>
}

export function createRecoveryMarkers(directory: string): RecoveryMarkers {
  const inProgress = new Map<RecoveryMarker, number>()
  const fileOf = (what: RecoveryMarker) => join(directory, what)
  return {
    async during(what, work) {
      inProgress.set(what, (inProgress.get(what) ?? 0) + 1)
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
        // A refused request has changed nothing, so remove the marker.
        clean = error instanceof ShotboardError
        throw error
      } finally {
        const others = (inProgress.get(what) ?? 1) - 1
        inProgress.set(what, others)
        if (clean && others === 0) await rm(fileOf(what), { force: true })
      }
    },
    left: async () => new Set(await readdir(directory).catch(() => [])),
    settle: () => rm(directory, { recursive: true, force: true }),
  }
}
