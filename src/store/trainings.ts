import { z } from 'zod'
import type { DatabaseClient } from './database.js'
import type { JobStatus } from './enums.js'
import { createJobEnds, type JobEnds } from './job-ends.js'
import { createJobStarts, type JobStarts } from './job-starts.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { findById, inChunks, unfinishedStatus } from './rows.js'

/** The request of a training. */
export interface TrainingRequestRow {
  /** The name of the adapter. */
  readonly name: string
  readonly encoder: string
  /** Null after the dataset is deleted. */
  readonly datasetId: string | null
  /** The position of the last image at the time of the request. */
  readonly lastImage: number
  /** The result of `parseTrainingSettings`. */
  readonly settings: unknown
  readonly steps: number
}

/** A step, from 1, and the mean loss since the previous entry. */
export type LossRow = readonly [step: number, loss: number]

export interface TrainingRow extends TrainingRequestRow {
  readonly id: string
  readonly status: JobStatus
  /** The number of steps that are done. */
  readonly step: number
  readonly losses: readonly LossRow[]
  readonly imagesPerSecond: number | null
  readonly error: string | null
  readonly errorCode: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export type TrainingStepRow = Pick<TrainingRow, 'step' | 'losses' | 'imagesPerSecond'>

export interface TrainingFilter {
  readonly encoder?: string
  readonly status?: JobStatus | { readonly in: JobStatus[] }
}

/** The trainings. Watchers receive every change. */
export interface TrainingRepository extends JobStarts, JobEnds {
  create(request: TrainingRequestRow): Promise<TrainingRow>
  get(id: string): Promise<TrainingRow | null>
  getMany(ids: readonly string[]): Promise<TrainingRow[]>
  page(request: PageRequest, filter: TrainingFilter): Promise<Page<TrainingRow>>
  /** Queued or running trainings, oldest first. */
  unfinished(): Promise<TrainingRow[]>
  /** Marks a training as running and stores its progress. */
  step(id: string, step: TrainingStepRow): Promise<void>
  delete(id: string): Promise<void>
}

const lossesSchema = z.array(z.tuple([z.number(), z.number()]))

export function createTrainingRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): TrainingRepository {
  async function update(
    id: string,
    status: { in: JobStatus[] },
    data: Parameters<typeof client.training.updateMany>[0]['data'],
  ): Promise<boolean> {
    const { count } = await client.training.updateMany({ where: { id, status }, data })
    if (count > 0) onChange(id)
    return count > 0
  }
  return {
    ...createJobStarts(client.training),
    ...createJobEnds(update),
    create: async ({ settings, ...request }) =>
      toTraining(
        await client.training.create({ data: { ...request, settings: settings as object, losses: [] } }),
      ),
    async get(id) {
      const row = await findById(id, (where) => client.training.findUnique({ where }))
      return row && toTraining(row)
    },
    getMany: async (ids) =>
      (await inChunks(ids, (some) => client.training.findMany({ where: { id: { in: some } } }))).map(
        toTraining,
      ),
    page: (request, filter) =>
      readNewestPage(
        request,
        async ({ where, ...query }) =>
          (await client.training.findMany({ ...query, where: { ...filter, ...where } })).map(toTraining),
        () => client.training.count({ where: filter }),
      ),
    unfinished: async () =>
      (await client.training.findMany({ where: { status: unfinishedStatus }, orderBy: { id: 'asc' } })).map(
        toTraining,
      ),
    async step(id, { step, losses, imagesPerSecond }) {
      const progress = { step, losses: losses.map(([at, loss]) => [at, loss]), imagesPerSecond }
      await update(id, unfinishedStatus, { ...progress, status: 'RUNNING', error: null, errorCode: null })
    },
    async delete(id) {
      await client.training.deleteMany({ where: { id } })
      onChange(id)
    },
  }
}

type StoredTraining = NonNullable<Awaited<ReturnType<DatabaseClient['training']['findUnique']>>>

const toTraining = ({ losses, ...row }: StoredTraining): TrainingRow => ({
  ...row,
  losses: lossesSchema.parse(losses),
})
