import { errors, type ShotboardError } from '../errors.js'
import type { JobStarts } from '../store/job-starts.js'
import type { TrainingRow } from '../store/trainings.js'
import { createSharedStates } from '../system/shared-states.js'
import type { Changes } from './changes.js'
import { hasEnded } from './has-ended.js'
import type { Job, JobKind } from './job.js'
import type { JobQueue } from './job-queue.js'
import { retryOnStorageFault } from './retry-on-storage-fault.js'
import { untilRecordEnds } from './until-record-ends.js'
import { topicOf, watchOpen } from './watch-open.js'

/**
 * Jobs that have one record each, under the same id. A job whose record is queued or running is run to its end: it is
 * retried after faults of the disk or the database, and `resume` queues it again after a restart. A job that was running
 * twice when its process ended without warning fails instead of a third start, so that it cannot end the process for ever.
 */
export interface RecordedJobs<R extends JobRecord> {
  /** Queues the job of a record, unless it is queued or running already. */
  enqueue(id: string): Promise<void>
  /** Throws `notFoundError` if there is no such record. */
  find(id: string): Promise<R>
  /**
   * Stops a job for good. Throws `notFoundError`, or `finishedError` if it has ended. If the cancellation cannot be written,
   * throws that error and the job continues.
   */
  cancel(id: string): Promise<R>
  /**
   * Emits the record, and then its latest state after changes, at most twice a second, until the job has ended. Emits once
   * if it has ended already. All who watch get the same objects, which are read once. Throws `notFoundError`.
   */
  watch(id: string): Promise<AsyncIterableIterator<R>>
  /**
   * Emits the record of every job that has not ended, and of every one that is enqueued from now on, and then their latest states as
   * `watch` does. Goes on until nobody follows it.
   */
  watchOpen(): AsyncIterableIterator<R>
  /** Resolves with the record once the job has ended. Throws `notFoundError`. */
  ended(id: string): Promise<R>
  /** Resumes the jobs that a stop interrupted. */
  resume(): Promise<void>
}

export type JobRecord = Pick<TrainingRow, 'id' | 'status'>

export interface RecordedJobsOptions<R extends JobRecord> {
  readonly queue: JobQueue
  readonly kind: JobKind
  /** The number of jobs that run at the same time in this process. */
  readonly concurrency: number
  /** How often a job that many processes share may end one of them; 10 by default. */
  readonly maxSharedStarts?: number
  readonly records: JobStarts & {
    get(id: string): Promise<R | null>
    unfinished(): Promise<R[]>
  }
  /** Announces the changes of records. */
  readonly changes: Changes
  /** Called when the first begins to watch a record; returns what to do when the last has left. */
  readonly onWatched?: (id: string) => () => void
  readonly run: (id: string, signal: AbortSignal) => Promise<void>
  /** Ends a job that must not be started any more. */
  readonly fail: (id: string, why: ShotboardError) => Promise<void>
  /** Writes the fault that a job waits for to the job's record. */
  readonly park: (id: string, fault: ShotboardError) => Promise<void>
  /** Called with every fault of the disk or the database after which a job is retried. */
  readonly onFault: (id: string, fault: ShotboardError) => void
  /** Marks a job as cancelled, unless it has ended. */
  readonly writeCancelled: (record: R) => Promise<void>
  /** The error for an id without a record. */
  readonly notFoundError: (parameters: { id: string }, argument: string) => ShotboardError
  /** The error for a job that has ended already. */
  readonly finishedError: (parameters: { id: string; status: string }, argument: string) => ShotboardError
}

/** A job is not started again once its process has ended this often without stopping it. */
const maxStarts = 2
/** Of many machines, some end without a fault of the job. */
const maxSharedStarts = 10
/** The least time between two states that are told. */
const minMsBetweenStates = 500

export function createRecordedJobs<R extends JobRecord>(options: RecordedJobsOptions<R>): RecordedJobs<R> {
  const { queue, records, kind } = options
  const jobOf = (id: string): Job => ({ kind, id })

  const states = createSharedStates<R>({
    read: find,
    watch: options.changes.watch,
    isLast: hasEnded,
    minIntervalMs: minMsBetweenStates,
    ...(options.onWatched && { onWatched: options.onWatched }),
  })

  async function reportFault(id: string, fault: ShotboardError): Promise<void> {
    options.onFault(id, fault)
    // The same fault may prevent this write.
    await options.park(id, fault).catch(() => undefined)
  }

  const startsAllowed = queue.isShared ? (options.maxSharedStarts ?? maxSharedStarts) : maxStarts

  async function work(id: string, signal: AbortSignal): Promise<void> {
    let starts = 0
    async function attempt(): Promise<void> {
      // Attempts after a fault belong to the same start. The count is written before the job can do any harm.
      if (starts === 0) starts = await records.countStart(id)
      if (starts > startsAllowed) await options.fail(id, errors.jobEndedProcess({ times: startsAllowed }))
      else await options.run(id, signal)
    }
    try {
      await retryOnStorageFault(attempt, { signal, onFault: (fault) => reportFault(id, fault) })
    } finally {
      // If this cannot be written, a later start counts one too many. The job's own error matters more.
      await records.forgetStarts(id).catch(() => undefined)
    }
  }

  /** Another process may end the record, which stops the work here. */
  const workUntilEnded = (id: string, signal: AbortSignal): Promise<void> =>
    untilRecordEnds({ id, signal, get: records.get, watch: options.changes.watch }, (own) => work(id, own))

  const handler = queue.isShared ? workUntilEnded : work
  queue.handle(kind, ({ id }, signal) => handler(id, signal), options.concurrency)
  async function enqueue(id: string): Promise<void> {
    // Before it runs, so that a job that ends at once is seen.
    options.changes.publish(topicOf(kind))
    await queue.add(jobOf(id))
  }

  async function find(id: string): Promise<R> {
    const record = await records.get(id)
    if (!record) throw options.notFoundError({ id }, 'id')
    return record
  }

  return {
    enqueue,
    find,
    async cancel(id) {
      const record = await find(id)
      if (hasEnded(record)) throw options.finishedError({ id, status: record.status }, 'id')
      await queue.cancel(jobOf(id))
      try {
        await options.writeCancelled(record)
      } catch (error) {
        // The record still says queued or running, so the job must run.
        await enqueue(id)
        throw error
      }
      return find(id)
    },
    async watch(id) {
      await find(id)
      return states.watch(id)
    },
    watchOpen: () =>
      watchOpen({
        unfinished: records.unfinished,
        watch: states.watch,
        onAsked: (look) => options.changes.watch(topicOf(kind), look),
      }),
    async ended(id) {
      await find(id)
      await queue.ended(jobOf(id))
      // The last of several jobs that end a shared record may be yet to come.
      if (queue.isShared) for await (const record of states.watch(id)) if (hasEnded(record)) break
      return find(id)
    },
    async resume() {
      for (const { id } of await records.unfinished()) await enqueue(id)
    },
  }
}
