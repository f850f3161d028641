import { randomUUID } from 'node:crypto'
import type { DatabaseClient } from './database.js'
import { withDatabaseErrors } from './database-fault.js'
import { createJobStarts, type JobStarts } from './job-starts.js'
import type { Page, PageRequest } from './page.js'
import type { Direction } from './read-page.js'
import { findById, inChunks, knownIds, unfinishedStatus } from './rows.js'
import { type RunFilter, type RunOrder, readRunPage } from './run-page.js'
import { type RunResult, type RunRow, toRun } from './run-row.js'

export { type ClassSizes, encodersOf, type RunRequest, type RunResult, type RunRow } from './run-row.js'

export interface RunRepository extends JobStarts {
  getMany(ids: readonly string[]): Promise<RunRow[]>
  get(id: string): Promise<RunRow | null>
  /** The ids that exist, from any number of ids. */
  known(ids: readonly string[]): Promise<string[]>
  /** Newest first by default. Throws like `readPage`. */
  page(
    request: PageRequest,
    filter: RunFilter,
    order?: RunOrder,
    direction?: Direction,
  ): Promise<Page<RunRow>>
  /**
   * Starts an attempt at a queued or running run, which ends the right of earlier attempts to change it. Null if the run has
   * ended.
   */
  start(id: string): Promise<RunAttempt | null>
}

/**
 * An attempt at a run. After the run was started again, or has ended, it changes nothing: a process that slept while another
 * took over writes no result.
 */
export interface RunAttempt {
  /** Whether this is the latest attempt at a run that has not ended. */
  isCurrent(): Promise<boolean>
  /** Sets the progress, from 0 to 1. Never decreases it. */
  progress(progress: number): Promise<void>
  /** Sets how long its search is expected to take, in milliseconds. */
  estimate(estimatedSearchMs: number): Promise<void>
  /** Returns false if it changes nothing. */
  succeed(result: RunResult): Promise<boolean>
  fail(why: { readonly error: string; readonly errorCode: string }): Promise<void>
}

/** `onChange` receives every changed run. */
export function createRunRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): RunRepository {
  type Changes = Parameters<typeof client.run.updateMany>[0]['data']
  function createAttempt(id: string, attempt: string): RunAttempt {
    const where = { id, attempt, status: 'RUNNING' } as const
    async function update(data: Changes, current: object = {}): Promise<boolean> {
      const { count } = await client.run.updateMany({ where: { ...where, ...current }, data })
      if (count > 0) onChange(id)
      return count > 0
    }
    return withDatabaseErrors({
      isCurrent: async () => (await client.run.count({ where })) > 0,
      async progress(progress) {
        await update({ progress }, { progress: { lt: progress } })
      },
      async estimate(estimatedSearchMs) {
        await update({ estimatedSearchMs })
      },
      succeed: async ({ perClass, prompts, ...result }) =>
        update({
          ...result,
          // No change of a dataset comes between: there is none while a job works with it.
          testRevision: await testRevisionOf(client, id),
          leastPerClass: perClass.least,
          meanPerClass: perClass.mean,
          mostPerClass: perClass.most,
          leastPrompts: prompts?.least ?? null,
          meanPrompts: prompts?.mean ?? null,
          mostPrompts: prompts?.most ?? null,
          status: 'SUCCEEDED',
          progress: 1,
          ...{ error: null, errorCode: null },
          finishedAt: new Date(),
        }),
      async fail({ error, errorCode }) {
        await update({ status: 'FAILED', error, errorCode, finishedAt: new Date() })
      },
    })
  }
  return {
    ...createJobStarts(client.run),
    async get(id) {
      const row = await findById(id, (where) => client.run.findUnique({ where }))
      return row && toRun(row)
    },
    getMany: async (ids) =>
      (await inChunks(ids, (some) => client.run.findMany({ where: { id: { in: some } } }))).map(toRun),
    known: (ids) =>
      knownIds(ids, (some) => client.run.findMany({ where: { id: { in: some } }, select: { id: true } })),
    page: (...parameters) => readRunPage(client, ...parameters),
    async start(id) {
      const attempt = randomUUID()
      const { count } = await client.run.updateMany({
        where: { id, status: unfinishedStatus },
        data: {
          status: 'RUNNING',
          attempt,
          error: null,
          errorCode: null,
          finishedAt: null,
          estimatedSearchMs: null,
        },
      })
      if (count === 0) return null
      onChange(id)
      return createAttempt(id, attempt)
    },
  }
}

/** The revision of the dataset with the test images of a run. */
async function testRevisionOf(client: DatabaseClient, id: string): Promise<number | null> {
  const run = await client.run.findUnique({
    where: { id },
    select: { dataset: { select: { revision: true } }, testDataset: { select: { revision: true } } },
  })
  return (run?.testDataset ?? run?.dataset)?.revision ?? null
}
