import { afterEach, expect, test, vi } from 'vitest'
import { errors } from '../../src/errors.js'
import { createChanges } from '../../src/jobs/changes.js'
import { createEmbeddedQueue } from '../../src/jobs/embedded-queue.js'
import { hasEnded } from '../../src/jobs/has-ended.js'
import type { JobQueue } from '../../src/jobs/job-queue.js'
import { createRecordedJobs, type JobRecord, type RecordedJobsOptions } from '../../src/jobs/recorded-jobs.js'
import { patience } from '../helpers/patience.js'

const queues: JobQueue[] = []
afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.close()))
})

interface Row extends JobRecord {
  readonly error?: string
  readonly starts?: number
}

/** Jobs with their records in memory. Each ends when `finish` is called or its signal aborts. */
function open(records: readonly Row[], options: Partial<RecordedJobsOptions<Row>> = {}) {
  const rows = new Map(records.map((row) => [row.id, row]))
  const write = (id: string, change: Partial<Row>): void => {
    const row = rows.get(id)
    if (row !== undefined && !hasEnded(row)) rows.set(id, { ...row, ...change })
  }
  const queue = createEmbeddedQueue(() => {})
  queues.push(queue)
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const run = vi.fn(async (id: string, signal: AbortSignal) => {
    write(id, { status: 'RUNNING' })
    await Promise.race([finished, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    signal.throwIfAborted()
    write(id, { status: 'SUCCEEDED' })
  })
  const jobs = createRecordedJobs<Row>({
    queue,
    kind: 'train',
    concurrency: 2,
    changes: createChanges(),
    records: {
      get: async (id) => rows.get(id) ?? null,
      unfinished: async () => [...rows.values()].filter((row) => !hasEnded(row)),
      async countStart(id) {
        write(id, { starts: (rows.get(id)?.starts ?? 0) + 1 })
        return rows.get(id)?.starts ?? 0
      },
      async forgetStarts(id) {
        const row = rows.get(id)
        if (row !== undefined) rows.set(id, { ...row, starts: 0 })
      },
    },
    run,
    fail: async (id, { code }) => write(id, { status: 'FAILED', error: code }),
    park: async (id, { message }) => write(id, { status: 'QUEUED', error: message }),
    onFault: () => {},
    writeCancelled: async ({ id }) => write(id, { status: 'CANCELLED' }),
    notFoundError: errors.unknownTraining,
    finishedError: errors.trainingFinished,
    ...options,
  })
  return { jobs, run, finish, queue }
}

test('resume runs the jobs that a stop interrupted, and no others', async () => {
  const { jobs, run, finish } = open([
    { id: 'a', status: 'SUCCEEDED' },
    { id: 'b', status: 'RUNNING' },
    { id: 'c', status: 'QUEUED' },
    { id: 'd', status: 'CANCELLED' },
  ])
  await jobs.resume()
  finish()
  expect(await Promise.all(['b', 'c'].map(jobs.ended))).toMatchObject([
    { status: 'SUCCEEDED' },
    { status: 'SUCCEEDED' },
  ])
  expect(run.mock.calls.map(([id]) => id)).toEqual(['b', 'c'])
})

test('cancel stops a job before it writes the record, and the job never runs again', async () => {
  const { jobs, run } = open([{ id: 'a', status: 'QUEUED' }])
  await jobs.enqueue('a')
  await vi.waitFor(() => expect(run).toHaveBeenCalled(), patience)
  expect(await jobs.cancel('a')).toMatchObject({ status: 'CANCELLED' })
  await jobs.resume()
  expect(run).toHaveBeenCalledTimes(1)
  await expect(jobs.cancel('a')).rejects.toMatchObject({ code: 'TRAINING_FINISHED', argument: 'id' })
})

test('a job continues if its cancellation cannot be written', async () => {
  const full = errors.diskFull({ what: 'a record' })
  const { jobs, run, finish } = open([{ id: 'a', status: 'QUEUED' }], {
    writeCancelled: () => Promise.reject(full),
  })
  await jobs.enqueue('a')
  await vi.waitFor(() => expect(run).toHaveBeenCalled(), patience)
  await expect(jobs.cancel('a')).rejects.toBe(full)
  finish()
  expect(await jobs.ended('a')).toMatchObject({ status: 'SUCCEEDED' })
  expect(run).toHaveBeenCalledTimes(2)
})

test.each([
  ['and its record gives the reason', {}],
  ['even if the reason cannot be written', { park: () => Promise.reject(new Error('the disk is full')) }],
])('a job is retried after a fault of the disk, %s', async (_, options) => {
  const full = errors.diskFull({ what: 'features' })
  const onFault = vi.fn()
  const seen: Row[] = []
  const run = vi.fn(async () => {
    if (run.mock.calls.length === 1) throw full
    seen.push(await jobs.find('a'))
  })
  const { jobs } = open([{ id: 'a', status: 'RUNNING' }], { run, onFault, ...options })
  await jobs.enqueue('a')
  await jobs.ended('a')
  expect(onFault).toHaveBeenCalledExactlyOnceWith('a', full)
  const parked = { id: 'a', status: 'QUEUED', error: full.message, starts: 1 }
  expect(seen).toEqual('park' in options ? [{ id: 'a', status: 'RUNNING', starts: 1 }] : [parked])
})

test('an id without a record is an error', async () => {
  const { jobs } = open([])
  for (const call of [jobs.find, jobs.cancel, jobs.ended]) {
    await expect(call('nowhere')).rejects.toMatchObject({ code: 'UNKNOWN_TRAINING', argument: 'id' })
  }
})

test('a job that two processes left without stopping it is failed at the third start, and does not run', async () => {
  const { jobs, run } = open([{ id: 'a', status: 'RUNNING', starts: 2 }])
  await jobs.resume()
  expect(await jobs.ended('a')).toMatchObject({ status: 'FAILED', error: 'JOB_ENDED_PROCESS' })
  expect(run).not.toHaveBeenCalled()
})

test('a start is counted before the job runs, and forgotten when the process stops in order', async () => {
  const { jobs, run, queue } = open([{ id: 'a', status: 'RUNNING', starts: 1 }])
  await jobs.resume()
  await vi.waitFor(() => expect(run).toHaveBeenCalled(), patience)
  expect(await jobs.find('a')).toMatchObject({ status: 'RUNNING', starts: 2 })
  await queue.close()
  expect(await jobs.find('a')).toMatchObject({ status: 'RUNNING', starts: 0 })
})

test('attempts after faults of the disk belong to one start', async () => {
  const full = errors.diskFull({ what: 'features' })
  const run = vi.fn(async () => {
    if (run.mock.calls.length < 3) throw full
  })
  const { jobs } = open([{ id: 'a', status: 'RUNNING', starts: 1 }], { run })
  await jobs.enqueue('a')
  await jobs.ended('a')
  expect(run).toHaveBeenCalledTimes(3)
})
