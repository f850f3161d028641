import { type ComparisonFilter, type ComparisonOrder, readComparisonPage } from './comparison-page.js'
import type { DatabaseClient } from './database.js'
import type { JobStatus } from './generated/sqlite/enums.js'
import type { Direction } from './ordered-page.js'
import type { Page, PageRequest } from './page.js'
import { chunks, longTransaction, rowsPerStatement, unfinishedStatus, withIds } from './rows.js'
import { type RunRequest, type RunRow, toRun } from './run-row.js'

export interface ComparisonRow {
  readonly id: string
  readonly datasetId: string
  /** Where the test images come from, if from another dataset of the same classes. */
  readonly testDatasetId: string | null
  readonly encoder: string
  /** The position of the last image there was when it was asked for; null where that was not remembered. */
  readonly lastImage: number | null
  /** Of the encoder's weights, the classes and the images that it was asked for with; null as above. */
  readonly contents: string | null
  readonly status: JobStatus
  readonly progress: number
  readonly error: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export interface NewComparison {
  /** Of the runs asked for, in their order. */
  readonly fingerprint: string
  readonly datasetId: string
  readonly testDatasetId: string | null
  readonly encoder: string
  readonly lastImage: number
  readonly contents: string
  readonly runs: readonly (RunRequest & { readonly fingerprint: string })[]
}

export interface ComparisonRepository {
  /**
   * Stores a comparison with its runs in one transaction. A run of the same fingerprint that has succeeded, or is still
   * to come, is taken instead of a new one.
   */
  create(comparison: NewComparison): Promise<ComparisonRow>
  byIds(ids: readonly string[]): Promise<ComparisonRow[]>
  /** The newest comparison of that fingerprint that has succeeded or is still to come. */
  byFingerprint(fingerprint: string): Promise<ComparisonRow | null>
  /** The newest first unless told otherwise. Throws as `readOrderedPage`. */
  page(
    request: PageRequest,
    filter: ComparisonFilter,
    order?: ComparisonOrder,
    direction?: Direction,
  ): Promise<Page<ComparisonRow>>
  /** By comparison, in the order in which they were asked for. */
  runs(ids: readonly string[]): Promise<Map<string, RunRow[]>>
  /** Queued or running, the oldest first. */
  unfinished(): Promise<ComparisonRow[]>
  /** One of a dataset's comparisons that have not ended, if there is any. */
  unfinishedOf(datasetId: string): Promise<ComparisonRow | null>
  countUnfinished(): Promise<number>
  /** Changes a comparison that has not ended; one that has, never changes. */
  update(
    id: string,
    changes: Partial<Pick<ComparisonRow, 'status' | 'progress' | 'error' | 'finishedAt'>>,
  ): Promise<void>
  /** The share of the work that is done, of a comparison that has not ended; never goes back. */
  progress(id: string, progress: number): Promise<void>
  /**
   * Cancels a comparison that has not ended, and those of its runs that have not either and that no other comparison
   * waits for, in one transaction.
   */
  cancel(id: string): Promise<void>
}

/** `onChange` is told of every comparison that has been changed. */
export function createComparisonRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): ComparisonRepository {
  return {
    create: ({ runs, ...given }) =>
      client.$transaction(async (tx) => {
        const ids = new Map<string, string>()
        const select = { id: true, fingerprint: true }
        for (const some of chunks(runs, rowsPerStatement)) {
          const reusable = await tx.run.findMany({
            where: {
              fingerprint: { in: some.map((run) => run.fingerprint) },
              status: { in: ['SUCCEEDED', 'QUEUED', 'RUNNING'] },
            },
            select,
            orderBy: { id: 'asc' },
          })
          for (const run of reusable) ids.set(run.fingerprint, run.id)
          const data = some.filter((run) => !ids.has(run.fingerprint))
          for (const run of await tx.run.createManyAndReturn({ data, select })) {
            ids.set(run.fingerprint, run.id)
          }
        }
        const comparison = await tx.comparison.create({ data: given })
        const members = runs.map((run, position) => ({
          comparisonId: comparison.id,
          position,
          runId: ids.get(run.fingerprint) as string,
        }))
        for (const data of chunks(members, rowsPerStatement)) await tx.comparisonRun.createMany({ data })
        return comparison
      }, longTransaction),
    byIds: (ids) => client.comparison.findMany({ where: withIds(ids) }),
    byFingerprint: (fingerprint) =>
      client.comparison.findFirst({
        where: { fingerprint, status: { in: ['SUCCEEDED', 'QUEUED', 'RUNNING'] } },
        orderBy: { id: 'desc' },
      }),
    page: (...parameters) => readComparisonPage(client, ...parameters),
    async runs(ids) {
      const rows = await client.comparisonRun.findMany({
        where: { comparisonId: { in: [...ids] } },
        orderBy: [{ comparisonId: 'asc' }, { position: 'asc' }],
        include: { run: true },
      })
      const runs = new Map<string, RunRow[]>(ids.map((id) => [id, []]))
      for (const { comparisonId, run } of rows) runs.get(comparisonId)?.push(toRun(run))
      return runs
    },
    countUnfinished: () => client.comparison.count({ where: { status: unfinishedStatus } }),
    unfinished: () =>
      client.comparison.findMany({ where: { status: unfinishedStatus }, orderBy: { id: 'asc' } }),
    unfinishedOf: (datasetId) =>
      client.comparison.findFirst({ where: { datasetId, status: unfinishedStatus } }),
    async update(id, changes) {
      await client.comparison.updateMany({ where: { id, status: unfinishedStatus }, data: changes })
      onChange(id)
    },
    async progress(id, progress) {
      await client.comparison.updateMany({
        where: { id, status: unfinishedStatus, progress: { lt: progress } },
        data: { progress },
      })
      onChange(id)
    },
    async cancel(id) {
      await client.$transaction(async (tx) => {
        const data = { status: 'CANCELLED' as const, finishedAt: new Date() }
        const { count } = await tx.comparison.updateMany({ where: { id, status: unfinishedStatus }, data })
        if (count === 0) return
        const some = { comparisonId: id }
        const none = { comparison: { status: unfinishedStatus } }
        await tx.run.updateMany({ where: { status: unfinishedStatus, comparisons: { some, none } }, data })
      }, longTransaction)
      onChange(id)
    },
  }
}
