import type { DatabaseClient } from './database.js'
import type { Page, PageRequest } from './page.js'
import type { Direction } from './read-page.js'
import { findById, inChunks, knownIds, unfinishedStatus } from './rows.js'
import { type RunFilter, type RunOrder, readRunPage } from './run-page.js'
import { type RunResult, type RunRow, toRun } from './run-row.js'

export { type ClassSizes, encodersOf, type RunRequest, type RunResult, type RunRow } from './run-row.js'

export interface RunRepository {
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
  /** Marks a run as running. Returns false if it has ended. */
  start(id: string): Promise<boolean>
  /** Sets the progress, from 0 to 1. Never decreases it. */
  progress(id: string, progress: number): Promise<void>
  succeed(id: string, result: RunResult): Promise<void>
  fail(id: string, error: string): Promise<void>
}

/** `onChange` receives every changed run. */
export function createRunRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): RunRepository {
  type Changes = Parameters<typeof client.run.updateMany>[0]['data']
  /** Writes the result only while the run is running, so that a cancelled run stays cancelled. */
  const updateRunning = async (id: string, data: Changes): Promise<void> => {
    await client.run.updateMany({ where: { id, status: 'RUNNING' }, data })
    onChange(id)
  }
  return {
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
      const { count } = await client.run.updateMany({
        where: { id, status: unfinishedStatus },
        data: { status: 'RUNNING', error: null, finishedAt: null },
      })
      onChange(id)
      return count > 0
    },
    async progress(id, progress) {
      await client.run.updateMany({
        where: { id, status: 'RUNNING', progress: { lt: progress } },
        data: { progress },
      })
      onChange(id)
    },
    succeed: (id, { perClass, prompts, ...result }) =>
      updateRunning(id, {
        ...result,
        leastPerClass: perClass.least,
        meanPerClass: perClass.mean,
        mostPerClass: perClass.most,
        leastPrompts: prompts?.least ?? null,
        meanPrompts: prompts?.mean ?? null,
        mostPrompts: prompts?.most ?? null,
        status: 'SUCCEEDED',
        progress: 1,
        error: null,
        finishedAt: new Date(),
      }),
    fail: (id, error) => updateRunning(id, { status: 'FAILED', error, finishedAt: new Date() }),
  }
}
