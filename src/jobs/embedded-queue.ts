import pLimit, { type LimitFunction } from 'p-limit'
import { type Job, type JobHandler, type JobKind, jobName } from './job.js'
import type { JobQueue } from './job-queue.js'

interface QueuedJob {
  readonly controller: AbortController
  started: boolean
  /** In milliseconds, as `performance.now()`. */
  readonly addedAt: number
  ended: Promise<void>
}

interface Lane {
  readonly handler: JobHandler
  readonly limit: LimitFunction
}

/** A queue in the memory of this process. `onError` is called with the error of a job that fails without being cancelled. */
export function createEmbeddedQueue(onError: (job: Job, error: unknown) => void): JobQueue {
  const lanes = new Map<JobKind, Lane>()
  const jobs = new Map<string, QueuedJob>()

  function forget(name: string, controller: AbortController): void {
    if (jobs.get(name)?.controller === controller) jobs.delete(name)
  }

  return {
    isShared: false,
    handle(kind, handler, concurrency) {
      if (lanes.has(kind)) throw new Error(`Jobs of kind ${kind} have a handler.`)
      lanes.set(kind, { handler, limit: pLimit(concurrency) })
    },
    async add(job) {
      const name = jobName(job)
      if (jobs.has(name)) return
      const lane = lanes.get(job.kind)
      if (!lane) throw new Error(`Jobs of kind ${job.kind} have no handler.`)
      const controller = new AbortController()
      const queued: QueuedJob = {
        ...{ controller, started: false, ended: Promise.resolve() },
        addedAt: performance.now(),
      }
      queued.ended = lane.limit(async () => {
        if (controller.signal.aborted) return
        queued.started = true
        try {
          await lane.handler(job, controller.signal)
        } catch (error) {
          if (!controller.signal.aborted) onError(job, error)
        } finally {
          forget(name, controller)
        }
      })
      jobs.set(name, queued)
    },
    async cancel(job) {
      const name = jobName(job)
      const queued = jobs.get(name)
      if (!queued) return
      queued.controller.abort()
      if (queued.started) await queued.ended
      else forget(name, queued.controller)
    },
    ended: async (job) => jobs.get(jobName(job))?.ended,
    async counts() {
      const waiting = [...jobs.values()].filter(({ started }) => !started)
      const oldest = waiting[0]
      return {
        waiting: waiting.length,
        running: jobs.size - waiting.length,
        // Jobs stand in the order in which they were added.
        oldestWaitingSeconds: oldest ? (performance.now() - oldest.addedAt) / 1000 : 0,
      }
    },
    async close() {
      const all = [...jobs.values()]
      for (const { controller } of all) controller.abort()
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}
