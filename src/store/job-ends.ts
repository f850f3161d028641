import type { JobStatus } from './enums.js'
import { unfinishedStatus } from './rows.js'

/** How the records of jobs wait, end and begin again. Watchers receive every change. */
export interface JobEnds {
  /** Queues a job again, and stores the error that it waits for. */
  park(id: string, why: { readonly error: string; readonly errorCode: string }): Promise<void>
  /** Ends a job. One that has ended never changes. */
  end(id: string, end: { status: JobStatus; error?: string; errorCode?: string }): Promise<void>
  /** Queues a failed or cancelled job again. Returns false if it is neither. */
  reopen(id: string): Promise<boolean>
}

interface JobData {
  status: JobStatus
  error?: string | null
  errorCode?: string | null
  finishedAt?: Date | null
}

/** `update` changes the record in one of these states, and returns whether it did. */
export const createJobEnds = (
  update: (id: string, status: { in: JobStatus[] }, data: JobData) => Promise<boolean>,
): JobEnds => ({
  async park(id, why) {
    await update(id, unfinishedStatus, { ...why, status: 'QUEUED' })
  },
  async end(id, end) {
    await update(id, unfinishedStatus, { ...end, finishedAt: new Date() })
  },
  reopen: (id) =>
    update(
      id,
      { in: ['FAILED', 'CANCELLED'] },
      { status: 'QUEUED', finishedAt: null, error: null, errorCode: null },
    ),
})
