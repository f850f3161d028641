import { z } from 'zod'
import type { DatabaseClient } from './database.js'
import { type Insertion, insertImages, type NewImage } from './datasets.js'
import type { JobStatus } from './enums.js'
import { createJobStarts, type JobStarts } from './job-starts.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { findById, inChunks, longTransaction, unfinishedStatus } from './rows.js'

/** A file that could not be imported. */
export interface RejectedFileRow {
  /** The path in the archive. */
  readonly file: string
  readonly code: string
  readonly reason: string
}

/** The request of an import. */
export interface ImportRequestRow {
  /** The requested name of the dataset, if any. */
  readonly name: string | null
  /** The original file name of the archive. */
  readonly archive: string
  /** The id of the archive's file, until the import has ended; empty if it comes from the hub. */
  readonly file: string
  readonly splitRule: SplitRuleRow
  readonly layout?: ImportLayoutRow
  /** The dataset of the hub that it comes from; null for an uploaded archive. */
  readonly source?: ImportSourceRow | null
  readonly updatePrompts: boolean
  /** Null until the dataset exists. */
  readonly datasetId: string | null
}

export interface ImportRow extends ImportRequestRow {
  readonly id: string
  readonly status: JobStatus
  /** The number of files to import; null until the archive has been scanned. */
  readonly files: number | null
  /** The number of files that are done. */
  readonly position: number
  readonly added: number
  readonly duplicates: number
  readonly rejectedCount: number
  /** The first rejected files. */
  readonly rejected: readonly RejectedFileRow[]
  /** Of the duplicates, those that the dataset has in another split. */
  readonly inOtherSplit: SomeFilesRow
  /** What may be a mistake, once the import has ended. */
  readonly warnings: readonly WarningRow[]
  readonly error: string | null
  readonly errorCode: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

/** An image with the path of its file in the source. */
export interface ImportedImage extends NewImage {
  readonly file: string
}

/** The result of one step of an import. */
export interface ImportStepRow {
  readonly images: readonly ImportedImage[]
  readonly rejected: readonly RejectedFileRow[]
}

export interface ImportFilter {
  readonly datasetId?: string
  readonly status?: JobStatus | { readonly in: JobStatus[] }
}

export interface ImportRepository extends JobStarts {
  create(request: ImportRequestRow): Promise<ImportRow>
  get(id: string): Promise<ImportRow | null>
  getMany(ids: readonly string[]): Promise<ImportRow[]>
  page(request: PageRequest, filter: ImportFilter): Promise<Page<ImportRow>>
  /** Queued or running imports, oldest first. */
  unfinished(): Promise<ImportRow[]>
  /** Marks an import as running and sets its number of files. */
  start(id: string, files: number): Promise<void>
  /** Sets the dataset of an import. */
  setDataset(id: string, datasetId: string): Promise<void>
  /**
   * Adds a step's images to the dataset and counts its files, in one transaction. So an import continues after the
   * last step when it was killed, and counts no file twice. Does nothing and returns false if the import has ended
   * meanwhile, has images but no dataset, or is not at the position `from`, since another process has taken it over.
   */
  step(id: string, step: ImportStepRow, from: number): Promise<boolean>
  /** Queues an import again, and stores the error that it waits for. */
  park(id: string, why: { readonly error: string; readonly errorCode: string }): Promise<void>
  /** Ends an import. One that has ended never changes. */
  end(
    id: string,
    end: { status: JobStatus; error?: string; errorCode?: string; warnings?: readonly WarningRow[] },
  ): Promise<void>
}

/** The number of rejected files that are stored. All of them are counted. */
export const maxRejectedListed = 1000

/** Files that are named in a warning. */
const maxNamed = 3

const warningsSchema = z.array(z.object({ code: z.string(), text: z.string() }))
/** Something about an import that may be a mistake. */
export type WarningRow = Readonly<z.infer<typeof warningsSchema>[number]>

const someFilesSchema = z.object({ files: z.number().default(0), first: z.array(z.string()).default([]) })
/** The number of some files, and the paths of the first ones. */
export type SomeFilesRow = Readonly<z.infer<typeof someFilesSchema>>

const rejectedSchema = z.array(z.object({ file: z.string(), code: z.string(), reason: z.string() }))
const splitRuleSchema = z.object({
  supportPool: z.number(),
  validation: z.number(),
  test: z.number(),
  seed: z.number(),
})
export type SplitRuleRow = Readonly<z.infer<typeof splitRuleSchema>>

const layoutSchema = z.object({
  classFrom: z.enum(['TOP', 'PARENT']).optional(),
  labels: z
    .object({
      file: z.string().optional(),
      pathColumn: z.string().optional(),
      labelColumn: z.string().optional(),
      splitColumn: z.string().optional(),
    })
    .optional(),
})
/** What the request says about the layout; what it leaves out is found by looking. */
export type ImportLayoutRow = Readonly<z.infer<typeof layoutSchema>>

const sourceSchema = z.object({
  repository: z.string(),
  revision: z.string(),
  config: z.string().optional(),
  splits: z.array(z.string()).optional(),
})
/** A dataset of the hub, at a commit. */
export type ImportSourceRow = Readonly<z.infer<typeof sourceSchema>>

/** `onChange` receives every changed import. */
export function createImportRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): ImportRepository {
  return {
    ...createJobStarts(client.import),
    create: async ({ splitRule, layout = {}, source, ...request }) =>
      toImport(
        await client.import.create({
          data: {
            ...request,
            ...{ splitRule: { ...splitRule }, layout: { ...layout }, rejected: [] },
            ...(source && { source: { ...source } }),
          },
        }),
      ),
    async get(id) {
      const row = await findById(id, (where) => client.import.findUnique({ where }))
      return row && toImport(row)
    },
    getMany: async (ids) =>
      (await inChunks(ids, (some) => client.import.findMany({ where: { id: { in: some } } }))).map(toImport),
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
    async start(id, files) {
      await client.import.updateMany({
        where: { id, status: unfinishedStatus },
        data: { status: 'RUNNING', files, error: null, errorCode: null },
      })
      onChange(id)
    },
    async setDataset(id, datasetId) {
      await client.import.updateMany({ where: { id, status: unfinishedStatus }, data: { datasetId } })
      onChange(id)
    },
    async step(id, { images, rejected }, from) {
      const taken = await client.$transaction(async (tx) => {
        const row = await tx.import.findUnique({ where: { id } })
        if (row?.status !== 'RUNNING' || row.position !== from) return false
        if (images.length > 0 && row.datasetId === null) return false
        const { added, conflicts, inOtherSplit } =
          row.datasetId === null ? nothingInserted : await insertImages(tx, row.datasetId, images)
        const { rejected: listed, inOtherSplit: before } = toImport(row)
        const refused = [...rejected, ...conflictsOf(images, conflicts)]
        await tx.import.update({
          where: { id },
          data: {
            position: { increment: images.length + rejected.length },
            added: { increment: added },
            duplicates: { increment: images.length - added - conflicts.length },
            rejectedCount: { increment: refused.length },
            ...(inOtherSplit.length > 0 && { inOtherSplit: addFiles(before, images, inOtherSplit) }),
            ...(refused.length > 0 && {
              rejected: [...listed, ...refused].slice(0, maxRejectedListed).map((each) => ({ ...each })),
            }),
          },
        })
        return true
      }, longTransaction)
      onChange(id)
      return taken
    },
    async park(id, why) {
      await client.import.updateMany({
        where: { id, status: unfinishedStatus },
        data: { ...why, status: 'QUEUED' },
      })
      onChange(id)
    },
    async end(id, { warnings = [], ...end }) {
      await client.import.updateMany({
        where: { id, status: unfinishedStatus },
        data: { ...end, warnings: warnings.map((each) => ({ ...each })), finishedAt: new Date() },
      })
      onChange(id)
    },
  }
}

/** The files of images that the dataset has as another class. */
export const conflictsOf = (
  images: readonly ImportedImage[],
  conflicts: Insertion['conflicts'],
): RejectedFileRow[] =>
  conflicts.map(({ at, error: { code, message } }) => ({
    file: images[at]?.file ?? '',
    code,
    reason: message,
  }))

/** Nothing comes of images that are added to no dataset. */
export const nothingInserted: Insertion = {
  added: 0,
  conflicts: [],
  inOtherSplit: [],
  fresh: [],
  unlabelled: [],
}

/** Counts files of a step, and keeps the paths of the first ones. */
export const addFiles = (
  { files, first }: SomeFilesRow,
  images: readonly ImportedImage[],
  positions: readonly number[],
): { files: number; first: string[] } => ({
  files: files + positions.length,
  first: [...first, ...positions.map((at) => images[at]?.file ?? '')].slice(0, maxNamed),
})

type StoredImport = NonNullable<Awaited<ReturnType<DatabaseClient['import']['findUnique']>>>

const toImport = ({
  splitRule,
  layout,
  source,
  rejected,
  inOtherSplit,
  warnings,
  ...row
}: StoredImport): ImportRow => ({
  ...row,
  layout: layoutSchema.parse(layout),
  source: sourceSchema.nullable().parse(source),
  splitRule: splitRuleSchema.parse(splitRule),
  rejected: rejectedSchema.parse(rejected),
  inOtherSplit: someFilesSchema.parse(inOtherSplit),
  warnings: warningsSchema.parse(warnings),
})
