import { errors } from '../errors.js'
import type { DatabaseClient } from './database.js'
import type { ClassificationFormat, JobStatus, Split } from './enums.js'
import { createJobEnds, type JobEnds } from './job-ends.js'
import { createJobStarts, type JobStarts } from './job-starts.js'
import { cursorOfPosition, type Page, type PageRequest, pageOf, pageSize, positionsOf } from './page.js'
import { readNewestPage } from './read-page.js'
import { findById, inChunks, longTransaction, unfinishedStatus } from './rows.js'

/** The request to classify the images of a dataset. */
export interface ClassificationRequestRow {
  readonly classifierId: string
  readonly classifierName: string
  readonly version: number
  /** Null after the dataset is deleted, and for a bucket. */
  readonly datasetId: string | null
  /** The address of the bucket whose objects are classified, in place of a dataset; null for a dataset. */
  readonly bucket: string | null
  /** Only images of this split; null for all. */
  readonly split: Split | null
  /** The images without a label, in place of those with one. */
  readonly unlabelled: boolean
  readonly topK: number
  readonly format: ClassificationFormat
  /** The number of images when it was asked for; of a bucket those that are listed yet. */
  readonly images: number
}

export interface DatasetClassificationRow extends ClassificationRequestRow {
  readonly id: string
  readonly status: JobStatus
  /** Whether all objects of a bucket are listed; true for a dataset. */
  readonly isListed: boolean
  /** Images that have an answer or an error. */
  readonly done: number
  /** Those of them that cannot be read. */
  readonly unread: number
  readonly error: string | null
  readonly errorCode: string | null
  /** When it last began; null before. */
  readonly startedAt: Date | null
  /** The images that were done by then. */
  readonly doneBefore: number
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

/** The images at the positions above `above`, up to `upTo`. Their answers are one file. */
export interface PartRange {
  readonly above: number
  readonly upTo: number
}

/** The keys of a bucket above `afterKey`, up to `upToKey`. */
export interface KeyRange {
  /** Null for the first part. */
  readonly afterKey: string | null
  readonly upToKey: string
}

export interface ClassificationPartRow extends PartRange {
  readonly id: string
  readonly classificationId: string
  /** From 1. */
  readonly number: number
  /** Of a bucket; null for a dataset. */
  readonly afterKey: string | null
  readonly upToKey: string | null
  readonly status: JobStatus
  readonly done: number
  readonly unread: number
  /** Of its file; 0 before that is written. */
  readonly bytes: number
}

export interface ClassificationFilter {
  readonly datasetId?: string
  readonly classifierId?: string
  readonly status?: { readonly in: JobStatus[] }
}

/** The images that are to be classified: those of a dataset with a label, optionally of one split, or those without. */
export type ImagesToClassify = Pick<ClassificationRequestRow, 'split' | 'unlabelled'> & {
  readonly datasetId: string
}

/** An image to classify. Without a label, its class and split are null. */
export interface ImageToClassify {
  readonly imageId: string
  readonly classIndex: number | null
  readonly split: Split | null
}

/** Classifications of datasets. Watchers receive every change. */
export interface DatasetClassificationRepository extends JobStarts, JobEnds {
  /** Cuts images into parts of at most `size`. Nothing is read into memory but the parts' ends. */
  ranges(images: ImagesToClassify, size: number): Promise<PartRange[]>
  count(images: ImagesToClassify): Promise<number>
  /** The images of a part, in the order in which they came. */
  imagesIn(images: ImagesToClassify, range: PartRange): Promise<ImageToClassify[]>
  /** Throws UNKNOWN_DATASET if the dataset has been deleted meanwhile. */
  create(
    request: Omit<ClassificationRequestRow, 'bucket'>,
    ranges: readonly PartRange[],
  ): Promise<DatasetClassificationRow>
  /** Creates the classification of a bucket, whose parts are added as it is listed. */
  createForBucket(request: ClassificationRequestRow): Promise<DatasetClassificationRow>
  /**
   * Adds the part of a bucket with this number, of so many objects. Returns false if there is one, or if the classification has
   * ended: then another process lists it, too.
   */
  addPart(id: string, number: number, images: number, range: KeyRange): Promise<boolean>
  /** Says that all objects of a bucket are listed. */
  endListing(id: string): Promise<void>
  get(id: string): Promise<DatasetClassificationRow | null>
  getMany(ids: readonly string[]): Promise<DatasetClassificationRow[]>
  page(request: PageRequest, filter: ClassificationFilter): Promise<Page<DatasetClassificationRow>>
  /** Queued or running, oldest first. */
  unfinished(): Promise<DatasetClassificationRow[]>
  /** The parts, by number. */
  parts(id: string): Promise<ClassificationPartRow[]>
  /** A page of the parts whose files are written, by number. */
  partPage(id: string, request: PageRequest): Promise<Page<ClassificationPartRow>>
  part(id: string, number: number): Promise<ClassificationPartRow | null>
  /** As `countStart` and `forgetStarts`, of a part. */
  countPartStart(part: string): Promise<number>
  forgetPartStarts(part: string): Promise<void>
  /** Marks it as running. */
  begin(id: string): Promise<void>
  /** Stores how many images of a part are done. */
  partProgress(part: ClassificationPartRow, done: number): Promise<void>
  /** Ends a part whose file is written. */
  endPart(
    part: ClassificationPartRow,
    result: Pick<ClassificationPartRow, 'done' | 'unread' | 'bytes'>,
  ): Promise<void>
  delete(id: string): Promise<void>
}

export function createDatasetClassificationRepository(
  client: DatabaseClient,
  onChange: (id: string) => void = () => {},
): DatasetClassificationRepository {
  type Update = Parameters<typeof client.datasetClassification.updateMany>[0]['data']
  async function update(id: string, status: { in: JobStatus[] }, data: Update): Promise<boolean> {
    const { count } = await client.datasetClassification.updateMany({ where: { id, status }, data })
    if (count > 0) onChange(id)
    return count > 0
  }

  async function withProgress(rows: readonly StoredClassification[]): Promise<DatasetClassificationRow[]> {
    const sums = await inChunks(
      rows.map(({ id }) => id),
      (some) =>
        client.classificationPart.groupBy({
          by: ['classificationId'],
          where: { classificationId: { in: some } },
          _sum: { done: true, unread: true },
        }),
    )
    const byId = new Map(sums.map(({ classificationId, _sum }) => [classificationId, _sum]))
    return rows.map((row) => {
      const sum = byId.get(row.id)
      return { ...row, done: sum?.done ?? 0, unread: sum?.unread ?? 0 }
    })
  }

  async function get(id: string): Promise<DatasetClassificationRow | null> {
    const row = await findById(id, (where) => client.datasetClassification.findUnique({ where }))
    return row && ((await withProgress([row]))[0] ?? null)
  }

  const partStarts = createJobStarts(client.classificationPart)
  const labelled = ({ datasetId, split }: ImagesToClassify) => ({ datasetId, ...(split && { split }) })

  return {
    ...createJobStarts(client.datasetClassification),
    ...createJobEnds(update),
    countPartStart: partStarts.countStart,
    forgetPartStarts: partStarts.forgetStarts,
    async ranges(images, size) {
      const nextEnd = async (above: number): Promise<number | undefined> => {
        const page = {
          ...{ orderBy: { position: 'asc' as const }, skip: size - 1, take: 1, select: { position: true } },
        }
        const position = { gt: above }
        const rows = images.unlabelled
          ? await client.unlabelledImage.findMany({
              where: { datasetId: images.datasetId, position },
              ...page,
            })
          : await client.datasetImage.findMany({ where: { ...labelled(images), position }, ...page })
        return rows[0]?.position
      }
      const last = { orderBy: { position: 'desc' as const }, select: { position: true } }
      const end = images.unlabelled
        ? await client.unlabelledImage.findFirst({ where: { datasetId: images.datasetId }, ...last })
        : await client.datasetImage.findFirst({ where: labelled(images), ...last })
      const ranges: PartRange[] = []
      for (let above = 0; end && above < end.position; ) {
        const upTo = (await nextEnd(above)) ?? end.position
        ranges.push({ above, upTo })
        above = upTo
      }
      return ranges
    },
    count: (images) =>
      images.unlabelled
        ? client.unlabelledImage.count({ where: { datasetId: images.datasetId } })
        : client.datasetImage.count({ where: labelled(images) }),
    async imagesIn(images, { above, upTo }) {
      const order = { orderBy: { position: 'asc' as const } }
      const position = { gt: above, lte: upTo }
      if (images.unlabelled) {
        const where = { datasetId: images.datasetId, position }
        const rows = await client.unlabelledImage.findMany({ where, select: { imageId: true }, ...order })
        return rows.map(({ imageId }) => ({ imageId, classIndex: null, split: null }))
      }
      return client.datasetImage.findMany({
        where: { ...labelled(images), position },
        select: { imageId: true, classIndex: true, split: true },
        ...order,
      })
    },
    create: (request, ranges) =>
      client.$transaction(async (tx) => {
        const datasetId = request.datasetId ?? ''
        // The update waits for a deletion of the dataset, so that the classification has one or is refused.
        const { count } = await tx.dataset.updateMany({
          where: { id: datasetId },
          data: { revision: { increment: 0 } },
        })
        if (count === 0) throw errors.unknownDataset({ id: datasetId }, 'dataset')
        const row = await tx.datasetClassification.create({ data: request })
        await tx.classificationPart.createMany({
          data: ranges.map((range, i) => ({ ...range, classificationId: row.id, number: i + 1 })),
        })
        return { ...row, done: 0, unread: 0 }
      }, longTransaction),
    async createForBucket(request) {
      const row = await client.datasetClassification.create({ data: { ...request, isListed: false } })
      return { ...row, done: 0, unread: 0 }
    },
    async addPart(id, number, images, range) {
      const isAdded = await client.$transaction(async (tx) => {
        // Whoever else adds a part waits for this row.
        const { count } = await tx.datasetClassification.updateMany({
          where: { id, status: unfinishedStatus, isListed: false },
          data: { doneBefore: { increment: 0 } },
        })
        const known = await tx.classificationPart.findMany({
          where: { classificationId: id },
          orderBy: { number: 'desc' },
          take: 1,
        })
        if (count === 0 || (known[0]?.number ?? 0) !== number - 1) return false
        const above = known[0]?.upTo ?? 0
        await tx.classificationPart.create({
          data: { ...range, classificationId: id, number, above, upTo: above + images },
        })
        await tx.datasetClassification.update({ where: { id }, data: { images: above + images } })
        return true
      })
      if (isAdded) onChange(id)
      return isAdded
    },
    async endListing(id) {
      await client.datasetClassification.updateMany({ where: { id }, data: { isListed: true } })
      onChange(id)
    },
    get,
    getMany: async (ids) =>
      withProgress(
        await inChunks(ids, (some) => client.datasetClassification.findMany({ where: { id: { in: some } } })),
      ),
    page: (request, filter) =>
      readNewestPage(
        request,
        async ({ where, ...query }) =>
          withProgress(
            await client.datasetClassification.findMany({ ...query, where: { ...filter, ...where } }),
          ),
        () => client.datasetClassification.count({ where: filter }),
      ),
    unfinished: async () =>
      withProgress(
        await client.datasetClassification.findMany({
          where: { status: unfinishedStatus },
          orderBy: { id: 'asc' },
        }),
      ),
    parts: (id) =>
      client.classificationPart.findMany({ where: { classificationId: id }, orderBy: { number: 'asc' } }),
    async partPage(classificationId, request) {
      const { after, before } = positionsOf(request)
      const where = { classificationId, status: 'SUCCEEDED' as const }
      const [rows, totalCount] = await Promise.all([
        client.classificationPart.findMany({
          where: { ...where, number: { gt: after, lt: before } },
          orderBy: { number: request.last === undefined ? 'asc' : 'desc' },
          take: pageSize(request) + 1,
        }),
        client.classificationPart.count({ where }),
      ])
      return { ...pageOf(rows, request, ({ number }) => cursorOfPosition(number)), totalCount }
    },
    part: (id, number) =>
      findById(id, (where) =>
        client.classificationPart.findUnique({
          where: { classificationId_number: { classificationId: where.id, number } },
        }),
      ),
    async begin(id) {
      const row = await get(id)
      if (!row || row.status === 'RUNNING') return
      const data = { startedAt: new Date(), doneBefore: row.done, error: null, errorCode: null }
      await update(id, unfinishedStatus, { ...data, status: 'RUNNING' })
    },
    async partProgress({ id, classificationId }, done) {
      const { count } = await client.classificationPart.updateMany({
        where: { id, status: unfinishedStatus },
        data: { done },
      })
      if (count > 0) onChange(classificationId)
    },
    async endPart({ id, classificationId }, result) {
      await client.classificationPart.updateMany({
        where: { id },
        data: { ...result, status: 'SUCCEEDED' },
      })
      onChange(classificationId)
    },
    async delete(id) {
      await client.datasetClassification.deleteMany({ where: { id } })
      onChange(id)
    },
  }
}

type StoredClassification = NonNullable<
  Awaited<ReturnType<DatabaseClient['datasetClassification']['findUnique']>>
>
