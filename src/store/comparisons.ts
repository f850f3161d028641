import pLimit from 'p-limit'
import { chooseProcessor } from './choose-processor.js'
import { type ComparisonFilter, type ComparisonOrder, readComparisonPage } from './comparison-page.js'
import type { ComparisonRow, NewComparison } from './comparison-row.js'
import type { Database, DatabaseClient, Transaction } from './database.js'
import { createJobStarts, type JobStarts } from './job-starts.js'
import type { Page, PageRequest } from './page.js'
import type { Direction } from './read-page.js'
import {
  chunks,
  findById,
  groupById,
  inChunks,
  longTransaction,
  rowsPerStatement,
  unfinishedStatus,
} from './rows.js'
import { type RunRow, toRun } from './run-row.js'
import { takeTurn } from './turns.js'

export type { ComparisonRow, NewComparison } from './comparison-row.js'

export interface ComparisonRepository extends JobStarts {
  /**
   * Stores a comparison with its runs in one transaction. Reuses a run with the same fingerprint if it succeeded or
   * has not ended.
   */
  create(comparison: NewComparison): Promise<ComparisonRow>
  get(id: string): Promise<ComparisonRow | null>
  getMany(ids: readonly string[]): Promise<ComparisonRow[]>
  /** The newest comparison with this fingerprint that succeeded or has not ended. */
  findByFingerprint(fingerprint: string): Promise<ComparisonRow | null>
  /** Newest first by default. Throws like `readPage`. */
  page(
    request: PageRequest,
    filter: ComparisonFilter,
    order?: ComparisonOrder,
    direction?: Direction,
  ): Promise<Page<ComparisonRow>>
  /** The runs of a comparison, in the order of the request. */
  runs(id: string): Promise<RunRow[]>
  /** The runs of several comparisons, by comparison. */
  runsOf(ids: readonly string[]): Promise<Map<string, RunRow[]>>
  /** The listed support images of several comparisons, by comparison; none if support sets are drawn. */
  supportImagesOf(ids: readonly string[]): Promise<Map<string, string[]>>
  /** Queued or running comparisons, oldest first. */
  unfinished(): Promise<ComparisonRow[]>
  /** An unfinished comparison of a dataset, if there is one. */
  unfinishedOf(datasetId: string): Promise<ComparisonRow | null>
  /** Unfinished comparisons that have a run, oldest first. */
  unfinishedWith(run: string): Promise<ComparisonRow[]>
  countUnfinished(): Promise<number>
  /**
   * Decides which kind of processor the features of an unfinished comparison come from. Its runs that were made, or are to be made, by
   * another kind are replaced by equal runs of this kind; results of earlier versions, of which it is not known, stay.
   */
  chooseProcessor(id: string, processor: string): Promise<void>
  /** Changes a comparison. One that has ended never changes. */
  update(
    id: string,
    changes: Partial<Pick<ComparisonRow, 'status' | 'progress' | 'error' | 'errorCode' | 'finishedAt'>>,
  ): Promise<void>
  /** Changes what a person says of a comparison, ended or not, or puts it away and takes it back. Null if there is none. */
  describe(
    id: string,
    changes: Partial<Pick<ComparisonRow, 'name' | 'notes' | 'discardedAt'>>,
  ): Promise<ComparisonRow | null>
  /** The ids of comparisons that were put away before a time. */
  discardedBefore(time: Date): Promise<string[]>
  /** Sets the progress of a comparison that has not ended, from 0 to 1. Never decreases it. */
  progress(id: string, progress: number): Promise<void>
  /**
   * Cancels an unfinished comparison and, in the same transaction, its unfinished runs that no other comparison waits
   * for.
   */
  cancel(id: string): Promise<void>
  /** Like `cancel`, but the comparison and those runs have failed, with this error. */
  fail(id: string, why: { readonly error: string; readonly errorCode: string }): Promise<void>
}

/** What is announced when a comparison gets other runs in place of its own. */
export const runsTopic = (comparison: string): string => `${comparison}/runs`

/** `onChange` receives every changed comparison, and every run that `cancel` changes. */
export function createComparisonRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
  kind: Database['kind'] = 'sqlite',
): ComparisonRepository {
  // A run must not be cancelled with one comparison while another that wants it is created: it never starts again.
  const oneAtATime = pLimit(1)
  const inTurn = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    oneAtATime(() =>
      client.$transaction(async (tx) => {
        await takeTurn(tx, 'comparisons')
        return work(tx)
      }, longTransaction),
    )

  async function runsOf(ids: readonly string[]): Promise<Map<string, RunRow[]>> {
    const rows = await inChunks(ids, (some) =>
      client.comparisonRun.findMany({
        where: { comparisonId: { in: some } },
        orderBy: [{ comparisonId: 'asc' }, { position: 'asc' }],
        include: { run: true },
      }),
    )
    const groups = groupById(ids, rows, ({ comparisonId }) => comparisonId)
    return new Map([...groups].map(([id, members]) => [id, members.map(({ run }) => toRun(run))]))
  }

  async function endWithRuns(
    id: string,
    end: { status: 'CANCELLED' | 'FAILED'; error?: string; errorCode?: string },
  ) {
    const ended = await inTurn(async (tx) => {
      const data = { ...end, finishedAt: new Date() }
      const progress = end.status === 'FAILED' ? { progress: 1 } : {}
      const given = { id, status: unfinishedStatus }
      const { count } = await tx.comparison.updateMany({ where: given, data: { ...data, ...progress } })
      if (count === 0) return []
      const some = { comparisonId: id }
      const none = { comparison: { status: unfinishedStatus } }
      const where = { status: unfinishedStatus, comparisons: { some, none } }
      const runs = await tx.run.findMany({ where, select: { id: true } })
      await tx.run.updateMany({ where, data })
      return runs
    })
    for (const run of ended) onChange(run.id)
    onChange(id)
  }

  return {
    ...createJobStarts(client.comparison),
    create: ({ runs, supportImages = [], ...given }) =>
      inTurn(async (tx) => {
        const ids = new Map<string, string>()
        const select = { id: true, fingerprint: true }
        for await (const some of chunks(runs, rowsPerStatement)) {
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
        for await (const data of chunks(members, rowsPerStatement))
          await tx.comparisonRun.createMany({ data })
        const listed = supportImages.map((imageId, position) => ({
          comparisonId: comparison.id,
          position,
          imageId,
        }))
        for await (const data of chunks(listed, rowsPerStatement))
          await tx.comparisonSupportImage.createMany({ data })
        return comparison
      }),
    get: (id) => findById(id, (where) => client.comparison.findUnique({ where })),
    async describe(id, changes) {
      await client.comparison.updateMany({ where: { id }, data: changes })
      onChange(id)
      return findById(id, (where) => client.comparison.findUnique({ where }))
    },
    async discardedBefore(time) {
      const rows = await client.comparison.findMany({
        where: { discardedAt: { lt: time } },
        select: { id: true },
        orderBy: { id: 'asc' },
      })
      return rows.map(({ id }) => id)
    },
    getMany: (ids) => inChunks(ids, (some) => client.comparison.findMany({ where: { id: { in: some } } })),
    findByFingerprint: (fingerprint) =>
      client.comparison.findFirst({
        where: { fingerprint, status: { in: ['SUCCEEDED', 'QUEUED', 'RUNNING'] }, discardedAt: null },
        orderBy: { id: 'desc' },
      }),
    page: (...parameters) => readComparisonPage({ client, kind }, ...parameters),
    runs: async (id) => (await runsOf([id])).get(id) ?? [],
    runsOf,
    async supportImagesOf(ids) {
      const rows = await inChunks(ids, (some) =>
        client.comparisonSupportImage.findMany({
          where: { comparisonId: { in: some } },
          orderBy: [{ comparisonId: 'asc' }, { position: 'asc' }],
        }),
      )
      const groups = groupById(ids, rows, ({ comparisonId }) => comparisonId)
      return new Map([...groups].map(([id, members]) => [id, members.map(({ imageId }) => imageId)]))
    },
    async chooseProcessor(id, processor) {
      const replaced = await inTurn((tx) => chooseProcessor(tx, id, processor))
      if (replaced) onChange(runsTopic(id))
      onChange(id)
    },
    countUnfinished: () => client.comparison.count({ where: { status: unfinishedStatus } }),
    unfinished: () =>
      client.comparison.findMany({ where: { status: unfinishedStatus }, orderBy: { id: 'asc' } }),
    unfinishedWith: (runId) =>
      client.comparison.findMany({
        where: { status: unfinishedStatus, runs: { some: { runId } } },
        orderBy: { id: 'asc' },
      }),
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
    cancel: (id) => endWithRuns(id, { status: 'CANCELLED' }),
    fail: (id, { error, errorCode }) => endWithRuns(id, { status: 'FAILED', error, errorCode }),
  }
}
