import pLimit from 'p-limit'

/**
 * Long work in this process, so many jobs at a time. What is queued is remembered by the database, not here: on start
 * unfinished work is queued again. Workers on other machines would join here.
 */
export interface JobQueue {
  /** Queues a job under a name; one that is queued or running under that name already is not queued twice. */
  add(name: string, work: (signal: AbortSignal) => Promise<void>): void
  /** Tells a job to stop; one that waits its turn never starts. Resolves when it has ended. */
  cancel(name: string): Promise<void>
  /** Resolves when the job of that name has ended, or at once where there is none. */
  ended(name: string): Promise<void>
  /** How many wait their turn, and how many run. */
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
  /** Told of a job that failed in a way it should not have. */
  readonly onError: (name: string, error: unknown) => void
}): JobQueue {
  const limit = pLimit(options.concurrency)
  const jobs = new Map<string, Job>()
  const forget = (name: string, controller: AbortController): void => {
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
          forget(name, controller)
        }
      })
      jobs.set(name, job)
    },
    async cancel(name) {
      const job = jobs.get(name)
      if (!job) return
      job.controller.abort()
      if (job.started) await job.ended
      else forget(name, job.controller)
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
