import { errors } from '../errors.js'
import type { DatabaseClient } from './database.js'
import type { ClassifierJobKind, JobStatus } from './enums.js'
import { createJobEnds, type JobEnds } from './job-ends.js'
import { createJobStarts, type JobStarts } from './job-starts.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { findById, inChunks, longTransaction, unfinishedStatus } from './rows.js'

/** The request for work on a classifier. */
export interface ClassifierJobRequest {
  readonly kind: ClassifierJobKind
  readonly classifierName: string
  /** The classifier that is made or evaluated; null before it is made. */
  readonly classifierId: string | null
  /** The version that was made, or that is evaluated; null before it is made. */
  readonly version: number | null
  /** The dataset that it is made from, or evaluated on. Null after that is deleted. */
  readonly datasetId: string | null
  /** What was asked for: what the library's function takes. */
  readonly input: unknown
}

export interface ClassifierJobRow extends ClassifierJobRequest {
  readonly id: string
  readonly status: JobStatus
  /** What an evaluation has measured; null until it has succeeded. */
  readonly result: unknown
  /** Images that had to be encoded first, as far as it has counted them. */
  readonly images: number
  /** Those of them that are encoded. */
  readonly done: number
  readonly error: string | null
  readonly errorCode: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export interface ClassifierJobFilter {
  readonly classifierId?: string
  readonly datasetId?: string
  readonly status?: { readonly in: JobStatus[] }
}

/** Work on classifiers in the background. Watchers receive every change. */
export interface ClassifierJobRepository extends JobStarts, JobEnds {
  /** Throws UNKNOWN_DATASET if the dataset has been deleted meanwhile. */
  create(request: ClassifierJobRequest): Promise<ClassifierJobRow>
  get(id: string): Promise<ClassifierJobRow | null>
  getMany(ids: readonly string[]): Promise<ClassifierJobRow[]>
  page(request: PageRequest, filter: ClassifierJobFilter): Promise<Page<ClassifierJobRow>>
  /** Queued or running, oldest first. */
  unfinished(): Promise<ClassifierJobRow[]>
  /** Marks it as running, with so many images that are yet to be encoded. */
  begin(id: string, missing: number): Promise<void>
  /** Stores how many images are encoded. */
  progress(id: string, done: number): Promise<void>
  /** Ends it with what it has made or measured. */
  succeed(id: string, result: ClassifierJobResult): Promise<void>
  delete(id: string): Promise<void>
}

export type ClassifierJobResult =
  | Pick<ClassifierJobRow, 'classifierId' | 'version'>
  | { readonly result: object }

export function createClassifierJobRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): ClassifierJobRepository {
  const table = client.classifierJob
  type Update = Parameters<typeof table.updateMany>[0]['data']

  async function update(id: string, status: { in: JobStatus[] }, data: Update): Promise<boolean> {
    const { count } = await table.updateMany({ where: { id, status }, data })
    if (count > 0) onChange(id)
    return count > 0
  }

  const get = (id: string): Promise<ClassifierJobRow | null> =>
    findById(id, (where) => table.findUnique({ where }))

  return {
    ...createJobStarts(table),
    ...createJobEnds(update),
    create: ({ input, ...request }) =>
      client.$transaction(async (tx) => {
        const id = request.datasetId ?? ''
        // The update waits for a deletion of the dataset, so that the job has one or is refused.
        const { count } = await tx.dataset.updateMany({ where: { id }, data: { revision: { increment: 0 } } })
        if (count === 0) throw errors.unknownDataset({ id }, 'dataset')
        return tx.classifierJob.create({ data: { ...request, input: input as object } })
      }, longTransaction),
    get,
    getMany: (ids) => inChunks(ids, (some) => table.findMany({ where: { id: { in: some } } })),
    page: (request, filter) =>
      readNewestPage(
        request,
        ({ where, ...query }) => table.findMany({ ...query, where: { ...filter, ...where } }),
        () => table.count({ where: filter }),
      ),
    unfinished: () => table.findMany({ where: { status: unfinishedStatus }, orderBy: { id: 'asc' } }),
    async begin(id, missing) {
      const row = await get(id)
      if (!row) return
      const data = { images: row.done + missing, error: null, errorCode: null }
      await update(id, unfinishedStatus, { ...data, status: 'RUNNING' })
    },
    async progress(id, done) {
      await update(id, unfinishedStatus, { done })
    },
    async succeed(id, result) {
      await update(id, unfinishedStatus, { ...result, status: 'SUCCEEDED', finishedAt: new Date() })
    },
    async delete(id) {
      await table.deleteMany({ where: { id } })
      onChange(id)
    },
  }
}
