import type { JobStatus } from '../store/enums.js'
import type { Changes } from './changes.js'
import { hasEnded } from './has-ended.js'

export interface WatchedRecord {
  readonly id: string
  readonly signal: AbortSignal
  readonly get: (id: string) => Promise<{ readonly status: JobStatus } | null>
  readonly watch: Changes['watch']
}

/**
 * Does work whose signal also aborts when another process ends the record, as a cancellation does, or deletes it. Then returns
 * instead of throwing. Throws other errors of the work.
 */
export async function untilRecordEnds(
  { id, signal, get, watch }: WatchedRecord,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController()
  async function look(): Promise<void> {
    const record = await get(id)
    if (record === null || hasEnded(record)) ended.abort()
  }
  // If the database is away, a later change or the work itself finds out.
  const unwatch = watch(id, () => void look().catch(() => undefined))
  try {
    await work(AbortSignal.any([signal, ended.signal]))
  } catch (error) {
    if (!ended.signal.aborted || signal.aborted) throw error
  } finally {
    unwatch()
  }
}
