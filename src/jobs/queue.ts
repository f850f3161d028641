import pLimit from 'p-limit'

/**
 * Long work in this process, so many jobs at a time. What is queued is remembered by the database, not here: on start
 * unfinished work is queued again. Workers on other machines would join here.
 */
export interface JobQueue {
  /** Queues a job under a name; one that is queued or running under that name already is not queued twice. */
  add(name: string, work: (signal: AbortSignal) => Promise<void>): void
  /** Tells a job to stop. */
  cancel(name: string): void
  /** Resolves when the job of that name has ended, or at once where there is none. */
  ended(name: string): Promise<void>
  /** Stops all jobs and waits for them. */
  close(): Promise<void>
}

export function createJobQueue(options: {
  readonly concurrency: number
  /** Told of a job that failed in a way it should not have. */
  readonly onError: (name: string, error: unknown) => void
}): JobQueue {
  const limit = pLimit(options.concurrency)
  const jobs = new Map<string, { controller: AbortController; ended: Promise<void> }>()

  return {
    add(name, work) {
      if (jobs.has(name)) return
      const controller = new AbortController()
      const ended = limit(async () => {
        try {
          if (!controller.signal.aborted) await work(controller.signal)
        } catch (error) {
          if (!controller.signal.aborted) options.onError(name, error)
        } finally {
          jobs.delete(name)
        }
      })
      jobs.set(name, { controller, ended })
    },
    cancel: (name) => jobs.get(name)?.controller.abort(),
    ended: (name) => jobs.get(name)?.ended ?? Promise.resolve(),
    async close() {
      const running = [...jobs.values()]
      for (const { controller } of running) controller.abort()
      await Promise.all(running.map(({ ended }) => ended))
    },
  }
}
