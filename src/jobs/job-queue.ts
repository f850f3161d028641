import type { Job, JobHandler, JobKind } from './job.js'

/**
 * Hands jobs to the handlers of their kinds. A queue is a hint: the database records what is unfinished, and unfinished jobs
 * are added again at every start. A job may therefore be handled twice.
 */
export interface JobQueue {
  /** Whether other processes work on its jobs too. */
  readonly isShared: boolean
  /**
   * Handles the jobs of a kind in this process, at most `concurrency` at a time, in the order in which they were added. Throws
   * if the kind has a handler.
   */
  handle(kind: JobKind, handler: JobHandler, concurrency: number): void
  /** Queues a job, unless it is queued or running already. */
  add(job: Job): Promise<void>
  /** Removes a waiting job, and stops one that this process runs and waits until it has ended. */
  cancel(job: Job): Promise<void>
  /** Resolves when the job is neither queued nor running. */
  ended(job: Job): Promise<void>
  /** The numbers of waiting and running jobs, and how long the oldest has waited. */
  counts(): Promise<JobCounts>
  /** Stops the jobs of this process, waits for them, and takes no more. */
  close(): Promise<void>
}

export interface JobCounts {
  readonly waiting: number
  readonly running: number
  /** How long the oldest waiting job has waited, in seconds; 0 if none waits. */
  readonly oldestWaitingSeconds: number
}
