import { z } from 'zod'
import type { DatabaseClient } from './database.js'
import { insertImages, type NewImage } from './datasets.js'
import type { JobStatus } from './enums.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { findById, longTransaction, unfinishedStatus, withIds } from './rows.js'

/** A file that could not be imported. */
export interface RejectedFileRow {
  /** Its path in the archive. */
  readonly file: string
  readonly code: string
  readonly reason: string
}

/** What is asked of an import. */
export interface ImportRequestRow {
  /** The dataset's name, where one was given. */
  readonly name: string | null
  /** What the archive's owner calls it. */
  readonly archive: string
  /** The archive's file, until the import has ended. */
  readonly file: string
  readonly splitRule: SplitRuleRow
  readonly updatePrompts: boolean
  /** Known once there is a dataset of that name. */
  readonly datasetId: string | null
}

export interface ImportRow extends ImportRequestRow {
  readonly id: string
  readonly status: JobStatus
  /** How many files there are to import; null until the archive has been looked through. */
  readonly files: number | null
  /** How many of them have been looked at. */
  readonly position: number
  readonly added: number
  readonly duplicates: number
  readonly rejectedCount: number
  /** The first of them. */
  readonly rejected: readonly RejectedFileRow[]
  readonly error: string | null
  readonly errorCode: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

/** What a step of an import found in the files that it looked at. */
export interface ImportStepRow {
  readonly images: readonly NewImage[]
  readonly rejected: readonly RejectedFileRow[]
}

export interface ImportFilter {
  readonly datasetId?: string
  readonly status?: JobStatus
}

export interface ImportRepository {
  create(request: ImportRequestRow): Promise<ImportRow>
  get(id: string): Promise<ImportRow | null>
  getMany(ids: readonly string[]): Promise<ImportRow[]>
  page(request: PageRequest, filter: ImportFilter): Promise<Page<ImportRow>>
  /** Queued or running, the oldest first. */
  unfinished(): Promise<ImportRow[]>
  /** Says which dataset an import goes to, and how many files there are. */
  start(id: string, datasetId: string, files: number): Promise<void>
  /**
   * Adds a step's images to the dataset and counts its files, both or neither, so that an import which is killed goes on
   * behind the last step and counts no file twice. Returns false, and does nothing, where the import has ended meanwhile.
   */
  step(id: string, step: ImportStepRow): Promise<boolean>
  /** Says why an import waits: what failed it is tried again. */
  park(id: string, why: { readonly error: string; readonly errorCode: string }): Promise<void>
  /** Ends an import that has not ended; one that has, never changes. */
  end(id: string, end: { status: JobStatus; error?: string; errorCode?: string }): Promise<void>
}

/** Rejected files that are remembered; all of them are counted. */
export const maxRejectedListed = 1000

const rejectedSchema = z.array(z.object({ file: z.string(), code: z.string(), reason: z.string() }))
const splitRuleSchema = z.object({
  supportPool: z.number(),
  validation: z.number(),
  test: z.number(),
  seed: z.number(),
})
export type SplitRuleRow = Readonly<z.infer<typeof splitRuleSchema>>

export function createImportRepository(client: DatabaseClient): ImportRepository {
  return {
    create: async ({ splitRule, ...request }) =>
      toImport(
        await client.import.create({ data: { ...request, splitRule: { ...splitRule }, rejected: [] } }),
      ),
    async get(id) {
      const row = await findById(id, (where) => client.import.findUnique({ where }))
      return row && toImport(row)
    },
    getMany: async (ids) => (await client.import.findMany({ where: withIds(ids) })).map(toImport),
    page: (request, filter) =>
      readNewestPage(
        request,
        async ({ where, ...query }) =>
          (await client.import.findMany({ ...query, where: { ...filter, ...where } })).map(toImport),
        () => client.import.count({ where: filter }),
      ),
    unfinished: async () =>
      (await client.import.findMany({ where: { status: unfinishedStatus }, orderBy: { id: 'asc' } })).map(
        toImport,
      ),
    async start(id, datasetId, files) {
      await client.import.updateMany({
        where: { id, status: unfinishedStatus },
        data: { status: 'RUNNING', datasetId, files, error: null, errorCode: null },
      })
    },
    step: (id, { images, rejected }) =>
      client.$transaction(async (tx) => {
        const row = await tx.import.findUnique({ where: { id } })
        if (!row?.datasetId || row.status !== 'RUNNING') return false
        const added = await insertImages(tx, row.datasetId, images)
        const listed = toImport(row).rejected
        await tx.import.update({
          where: { id },
          data: {
            position: { increment: images.length + rejected.length },
            added: { increment: added },
            duplicates: { increment: images.length - added },
            rejectedCount: { increment: rejected.length },
            ...(rejected.length > 0 && {
              rejected: [...listed, ...rejected].slice(0, maxRejectedListed).map((each) => ({ ...each })),
            }),
          },
        })
        return true
      }, longTransaction),
    async park(id, why) {
      await client.import.updateMany({
        where: { id, status: unfinishedStatus },
        data: { ...why, status: 'QUEUED' },
      })
    },
    async end(id, end) {
      await client.import.updateMany({
        where: { id, status: unfinishedStatus },
        data: { ...end, finishedAt: new Date() },
      })
    },
  }
}

type StoredImport = NonNullable<Awaited<ReturnType<DatabaseClient['import']['findUnique']>>>

const toImport = ({ splitRule, rejected, ...row }: StoredImport): ImportRow => ({
  ...row,
  splitRule: splitRuleSchema.parse(splitRule),
  rejected: rejectedSchema.parse(rejected),
})
