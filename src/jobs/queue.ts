import pLimit from 'p-limit'

/**
 * Runs long jobs in this process, a limited number at a time. The queue is in memory only: the database records unfinished
 * jobs, and the next start queues them again.
 */
export interface JobQueue {
  /** Queues a job under a name, unless a job of that name is queued or running already. */
  add(name: string, work: (signal: AbortSignal) => Promise<void>): void
  /** Stops a job and waits until it has ended. A waiting job never starts. */
  cancel(name: string): Promise<void>
  /** Resolves when the job of that name has ended, or at once if there is none. */
  ended(name: string): Promise<void>
  /** The numbers of waiting and running jobs. */
  counts(): JobCounts
  /** Stops all jobs and waits for them. */
  close(): Promise<void>
}

export interface JobCounts {
  readonly waiting: number
  readonly running: number
}

interface Job {
  readonly controller: AbortController
  started: boolean
  ended: Promise<void>
}

export function createJobQueue(options: {
  readonly concurrency: number
  /** Called with the error of a job that fails without being cancelled. */
  readonly onError: (name: string, error: unknown) => void
}): JobQueue {
  const limit = pLimit(options.concurrency)
  const jobs = new Map<string, Job>()
  const removeFromQueue = (name: string, controller: AbortController): void => {
    if (jobs.get(name)?.controller === controller) jobs.delete(name)
  }

  return {
    add(name, work) {
      if (jobs.has(name)) return
      const controller = new AbortController()
      const job: Job = { controller, started: false, ended: Promise.resolve() }
      job.ended = limit(async () => {
        if (controller.signal.aborted) return
        job.started = true
        try {
          await work(controller.signal)
        } catch (error) {
          if (!controller.signal.aborted) options.onError(name, error)
        } finally {
          removeFromQueue(name, controller)
        }
      })
      jobs.set(name, job)
    },
    async cancel(name) {
      const job = jobs.get(name)
      if (!job) return
      job.controller.abort()
      if (job.started) await job.ended
      else removeFromQueue(name, job.controller)
    },
    ended: (name) => jobs.get(name)?.ended ?? Promise.resolve(),
    counts() {
      const running = [...jobs.values()].filter(({ started }) => started).length
      return { waiting: jobs.size - running, running }
    },
    async close() {
      const running = [...jobs.values()]
      for (const { controller } of running) controller.abort()
      await Promise.all(running.map(({ ended }) => ended))
    },
  }
}
