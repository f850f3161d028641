import type { ShotboardError } from '../errors.js'
import type { TrainingRow } from '../store/trainings.js'
import { throttleToLatest } from '../system/throttle-to-latest.js'
import type { Changes } from './changes.js'
import type { JobQueue } from './queue.js'
import { retryOnStorageFault } from './retry-on-storage-fault.js'

/**
 * Jobs that stand in a record each, under its id. What a record says is queued or running is worked on to its end, across
 * faults of the disk or the database and, by `resume`, across restarts.
 */
export interface RecordedJobs<R extends JobRecord> {
  /** Works on what its record says; what is worked on already is not worked on twice. */
  enqueue(id: string): void
  /** Throws what `unknown` says where there is no such record. */
  find(id: string): Promise<R>
  /** Stops a job for good. Throws what `unknown` and `over` say; where that cannot be written, the job goes on. */
  cancel(id: string): Promise<R>
  /**
   * The record as it is, and then as it becomes, each at least `minMs` after the one before, until the job has ended. One
   * that has ended already is told once. Throws what `unknown` says.
   */
  watch(id: string, changes: Changes, minMs: number): Promise<AsyncIterableIterator<R>>
  /** Resolves with the record once the job has ended. Throws what `unknown` says. */
  ended(id: string): Promise<R>
  /** Goes on with what a stop interrupted. */
  resume(): Promise<void>
}

export type JobRecord = Pick<TrainingRow, 'id' | 'status'>

export interface RecordedJobsOptions<R extends JobRecord> {
  readonly queue: JobQueue
  readonly records: {
    get(id: string): Promise<R | null>
    unfinished(): Promise<R[]>
  }
  readonly run: (id: string, signal: AbortSignal) => Promise<void>
  /** Writes why a job waits. */
  readonly park: (id: string, fault: ShotboardError) => Promise<void>
  /** Told of every fault of the disk or the database that a job waits out. */
  readonly onFault: (id: string, fault: ShotboardError) => void
  /** Writes that a job is cancelled, unless it has ended. */
  readonly writeCancelled: (record: R) => Promise<void>
  readonly unknown: (parameters: { id: string }, argument: string) => ShotboardError
  readonly over: (parameters: { id: string; status: string }, argument: string) => ShotboardError
}

export function recordedJobs<R extends JobRecord>(options: RecordedJobsOptions<R>): RecordedJobs<R> {
  const { queue, records } = options

  /** Says why a job waits, where that can be written at all. */
  async function wait(id: string, fault: ShotboardError): Promise<void> {
    options.onFault(id, fault)
    await options.park(id, fault).catch(() => undefined)
  }

  const enqueue = (id: string): void =>
    queue.add(id, (signal) =>
      retryOnStorageFault(() => options.run(id, signal), { signal, onFault: (fault) => wait(id, fault) }),
    )

  async function find(id: string): Promise<R> {
    const record = await records.get(id)
    if (!record) throw options.unknown({ id }, 'id')
    return record
  }

  return {
    enqueue,
    find,
    async cancel(id) {
      const record = await find(id)
      if (hasEnded(record)) throw options.over({ id, status: record.status }, 'id')
      await queue.cancel(id)
      try {
        await options.writeCancelled(record)
      } catch (error) {
        // What could not be written has not happened.
        enqueue(id)
        throw error
      }
      return find(id)
    },
    async watch(id, changes, minMs) {
      await find(id)
      return throttleToLatest({
        read: () => find(id),
        watch: (onChange) => changes.watch(id, onChange),
        isLast: hasEnded,
        minIntervalMs: minMs,
      })
    },
    async ended(id) {
      await find(id)
      await queue.ended(id)
      return find(id)
    },
    async resume() {
      for (const { id } of await records.unfinished()) enqueue(id)
    },
  }
}

/** Whether a job has ended, in whichever way. */
export const hasEnded = ({ status }: Pick<JobRecord, 'status'>): boolean =>
  status !== 'QUEUED' && status !== 'RUNNING'
