import type { JobType, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { Pool } from 'pg'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'
import { type Job, type JobHandler, type JobKind, jobKinds, jobName } from './job.js'
import type { JobQueue } from './job-queue.js'

export interface SharedQueueOptions {
  /** `redis://…`, `rediss://…`, or `postgres://…` for a queue in the schema `bullmq` of a database. */
  readonly url: string
  /** Tells the queues of different libraries on one server apart. */
  readonly name: string
  /** The kinds that this process works on; the others' handlers are never called. */
  readonly kinds: readonly JobKind[]
  /** The kind of its processor; it leaves jobs for others to processes with these. */
  readonly processor: string
  readonly onError: (job: Job, error: unknown) => void
  /** Called with faults of the queue itself, such as a lost connection. */
  readonly onFault: (error: unknown) => void
}

/** A job whose process sent no sign of life for so long is given to another. */
const lockMs = 15_000
const stalledCheckMs = 5000
/** Records count the starts of their jobs, so the queue never gives a job up. */
const unlimited = 1_000_000_000
const msBetweenLooks = 100
const msToConnect = 5000
/** Of a process, in Postgres. */
const connectionsForQueries = 4
/** BullMQ's own, since a shared pool cannot name another. */
const schema = 'bullmq'

const jobSchema = z
  .object({
    kind: z.enum(jobKinds),
    id: z.string(),
    part: z.string().optional(),
    processor: z.string().optional(),
  })
  .transform(
    ({ part, processor, ...job }): Job => ({
      ...job,
      ...(part !== undefined && { part }),
      ...(processor !== undefined && { processor }),
    }),
  )
const liveStates: JobType[] = ['waiting', 'prioritized', 'delayed', 'active']

/** The kinds of jobs that only some processors may do. */
const boundKinds: readonly JobKind[] = ['encode', 'run']

/** Jobs for a kind of processor have a queue of their own, so that others do not take them only to put them back. */
const laneOf = ({ kind, processor }: Pick<Job, 'kind' | 'processor'>): string =>
  processor === undefined ? kind : `${kind}@${processor}`

interface RunningJob {
  readonly controller: AbortController
  readonly ended: Promise<void>
}

/**
 * A queue that any number of processes share, by BullMQ. A job whose process dies is given to another, and one whose handler
 * the close of a queue stops waits for another. `add` does not throw when the server is away: the record says what is
 * unfinished, and `onFault` hears of it. Throws QUEUE_UNAVAILABLE if the server cannot be used.
 */
export async function openSharedQueue(options: SharedQueueOptions): Promise<JobQueue> {
  const { kinds, processor, onError, onFault } = options
  const { Queue, Worker, WaitingError, close: closeConnections } = await openBackend(options)
  const queues = new Map<string, ReturnType<typeof Queue>>()
  for (const lane of [...jobKinds, ...boundKinds.map((kind) => laneOf({ kind, processor }))]) queueIn(lane)
  const workers = new Map<string, Worker>()
  const handled = new Set<JobKind>()
  const running = new Map<string, RunningJob>()
  let closing = false

  function queueIn(lane: string) {
    const known = queues.get(lane)
    if (known) return known
    const queue = Queue(lane)
    queue.on('error', onFault)
    queues.set(lane, queue)
    return queue
  }
  const queueOf = (job: Job) => queueIn(laneOf(job))

  /** Returns false if the job shall wait for another process. */
  async function perform(job: Job, handler: JobHandler): Promise<boolean> {
    const controller = new AbortController()
    const name = jobName(job)
    const work = handler(job, controller.signal).then(
      () => true,
      (error: unknown) => {
        if (controller.signal.aborted) return !closing
        onError(job, error)
        return true
      },
    )
    running.set(name, { controller, ended: work.then(() => undefined) })
    if (closing) controller.abort()
    return work.finally(() => running.delete(name))
  }

  async function isLive(job: Job): Promise<boolean> {
    const state = await queueOf(job).getJobState(jobName(job))
    return liveStates.some((live) => live === state)
  }

  return {
    isShared: true,
    handle(kind, handler, concurrency) {
      if (handled.has(kind)) throw new Error(`Jobs of kind ${kind} have a handler.`)
      handled.add(kind)
      if (!kinds.includes(kind)) return
      for (const lane of [kind, ...(boundKinds.includes(kind) ? [laneOf({ kind, processor })] : [])]) {
        const worker = Worker(lane, concurrency, async (queued, token) => {
          if (await perform(jobSchema.parse(queued.data), handler)) return
          await queued.moveToWait(token)
          throw new WaitingError()
        })
        worker.on('error', onFault)
        workers.set(lane, worker)
      }
    },
    async add(job) {
      try {
        await queueOf(job).add(job.kind, jobSchema.parse(job), { jobId: jobName(job) })
      } catch (error) {
        onFault(error)
      }
    },
    async cancel(job) {
      const here = running.get(jobName(job))
      if (here) {
        here.controller.abort()
        await here.ended
        return
      }
      // A job that another process runs is locked and stays: its record tells that process.
      await queueOf(job)
        .remove(jobName(job))
        .catch(() => 0)
    },
    async ended(job) {
      await running.get(jobName(job))?.ended
      while (!closing && (await isLive(job))) {
        await new Promise((resolve) => setTimeout(resolve, msBetweenLooks))
      }
    },
    async counts() {
      const counts = await Promise.all([...queues.values()].map((queue) => queue.getJobCounts(...liveStates)))
      const sum = (states: readonly JobType[]) =>
        counts.reduce((all, each) => all + states.reduce((own, state) => own + (each[state] ?? 0), 0), 0)
      const oldest = await Promise.all(
        [...queues.values()].map((queue) => queue.getJobs('waiting', 0, 0, true)),
      )
      const times = oldest.flatMap((jobs) => jobs.map(({ timestamp }) => timestamp))
      return {
        waiting: sum(['waiting', 'prioritized', 'delayed']),
        running: sum(['active']),
        oldestWaitingSeconds: times.length === 0 ? 0 : Math.max(0, Date.now() - Math.min(...times)) / 1000,
      }
    },
    async close() {
      if (closing) return
      closing = true
      for (const { controller } of running.values()) controller.abort()
      await Promise.all([...workers.values()].map((worker) => worker.close()))
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await closeConnections()
    },
  }
}

type Processor = (
  job: { data: unknown; moveToWait(token?: string): Promise<number> },
  token?: string,
) => Promise<void>

/** BullMQ's queues and workers on the server of a URL. Loaded on demand, because a single machine has its own queue. */
async function openBackend({ url, name, kinds, onFault }: SharedQueueOptions) {
  const bullmq = await import('bullmq')
  const { WaitingError } = bullmq
  const queueOptions = { defaultJobOptions: { removeOnComplete: true, removeOnFail: true } }
  const workerOptions = {
    ...{ lockDuration: lockMs, stalledInterval: stalledCheckMs, maxStalledCount: unlimited },
  }
  if (/^rediss?:/.test(url)) {
    const { Redis: Client } = await import('ioredis')
    // A queue that does not answer must not hold a request; a worker waits for its server for ever.
    const asking = new Client(url, {
      lazyConnect: true,
      maxRetriesPerRequest: 1,
      connectTimeout: msToConnect,
    })
    const working = new Client(url, { lazyConnect: true, maxRetriesPerRequest: null })
    for (const client of [asking, working]) client.on('error', onFault)
    await reach(askedOnce(asking))
    const prefix = `shotboard-${name}`
    return {
      WaitingError,
      Queue: (lane: string) => new bullmq.Queue(lane, { connection: asking, prefix, ...queueOptions }),
      Worker: (lane: string, concurrency: number, process: Processor): Worker =>
        new bullmq.Worker(lane, process, { connection: working, prefix, concurrency, ...workerOptions }),
      async close() {
        asking.disconnect()
        working.disconnect()
      },
    }
  }
  const { Queue, Worker } = bullmq.withBackend(bullmq.createPostgresBackend)
  const queueName = (lane: string) => `${name}-${lane}`
  await reach(migrateQueue(bullmq, { connectionString: url, schema, migrate: true, max: 1 }))
  // All queues and workers share one pool, or a few processes would take all connections that a server has.
  const pool = new Pool({
    ...{ connectionString: url, options: `-c search_path=${schema}`, keepAlive: true },
    // Each worker keeps one to listen.
    max: connectionsForQueries + kinds.length + boundKinds.length,
  })
  pool.setMaxListeners(0)
  pool.on('error', onFault)
  // BullMQ describes a pool by a type of its own, which pg's does not fit.
  const connection = pool as unknown as ConstructorParameters<typeof bullmq.PostgresConnection>[0]
  return {
    WaitingError,
    Queue: (lane: string) => new Queue(queueName(lane), { connection, ...queueOptions }),
    Worker: (lane: string, concurrency: number, process: Processor) =>
      new Worker(queueName(lane), process, {
        connection,
        concurrency,
        ...workerOptions,
      }) as unknown as Worker,
    close: () => pool.end(),
  }
}

async function migrateQueue(
  bullmq: typeof import('bullmq'),
  connection: ConstructorParameters<typeof bullmq.PostgresConnection>[0],
): Promise<void> {
  const opened = new bullmq.PostgresConnection(connection)
  try {
    await opened.waitUntilReady()
  } finally {
    await opened.close()
  }
}

/** Connects once. A client says why it cannot by an event alone. */
async function askedOnce(client: Redis): Promise<void> {
  let reason: unknown
  const onError = (error: unknown) => {
    reason = error
  }
  client.on('error', onError)
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    client.disconnect()
    throw reason ?? error
  } finally {
    client.off('error', onError)
  }
}

async function reach(connecting: Promise<unknown>): Promise<void> {
  try {
    await connecting
  } catch (error) {
    throw errors.queueUnavailable({ reason: reasonOf(error).replace(/\.$/, '') })
  }
}
