import { z } from 'zod'
import { errors, type ShotboardError } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { classNamed, classNames, type NewClass } from './class-rows.js'
import type { Database, DatabaseClient, Transaction } from './database.js'
import { type DatasetFilter, type DatasetOrder, readDatasetPage } from './dataset-page.js'
import type { DatasetRow } from './dataset-row.js'
import type { Split } from './enums.js'
import { Prisma } from './generated/sqlite/client.js'
import { createImageListRepository, sqlSplit } from './image-lists.js'
import { insertImageRows } from './insert-image-rows.js'
import { recordConflicts } from './label-conflicts.js'
import { type PlacedClass, readClasses, writeClasses } from './many-classes.js'
import type { Page, PageRequest } from './page.js'
import type { Direction } from './read-page.js'
import { chunks, findById, groupById, inChunks, longTransaction, rowsPerStatement } from './rows.js'

export type { DatasetRow }

export interface ClassRow {
  /** Identifies the class; it never changes. */
  readonly id: string
  readonly index: number
  readonly name: string
  readonly prompts: readonly string[]
}

/** Where a class stands. */
export interface ClassPlace {
  readonly datasetId: string
  readonly index: number
}

/** An image of a dataset. */
export interface DatasetImageRow {
  readonly imageId: string
  readonly classIndex: number
  readonly split: Split
}

export interface NewImage extends DatasetImageRow {
  readonly width: number
  readonly height: number
  readonly format: string
  readonly bytes: number
  /** Whether it is a JPEG that ends too early. */
  readonly cutShort?: boolean
}

export interface SplitCountRow {
  readonly split: Split
  readonly images: number
}

export interface DatasetRepository {
  create(name: string, classes: readonly NewClass[]): Promise<DatasetRow>
  get(id: string): Promise<DatasetRow | null>
  getMany(ids: readonly string[]): Promise<DatasetRow[]>
  findByName(name: string): Promise<DatasetRow | null>
  /** Newest first by default. */
  page(
    request: PageRequest,
    filter?: DatasetFilter,
    order?: DatasetOrder,
    direction?: Direction,
  ): Promise<Page<DatasetRow>>
  /** A dataset's classes, in the order of their indices. */
  classes(datasetId: string): Promise<ClassRow[]>
  /** The classes of several datasets, by dataset. */
  classesOf(datasetIds: readonly string[]): Promise<Map<string, ClassRow[]>>
  /** Classes of datasets by their indices; those that there are, in no order. */
  classesAt(places: readonly ClassPlace[]): Promise<(ClassRow & ClassPlace)[]>
  /** The class of a dataset that is called so, or else the one that has this id. Throws UNKNOWN_CLASS at `argument`. */
  classNamed(datasetId: string, name: string, argument: string): Promise<ClassRow>
  /** Classes of any datasets by their ids. */
  classesById(ids: readonly string[]): Promise<ClassRow[]>
  /** The number of images per split. */
  counts(datasetId: string): Promise<SplitCountRow[]>
  /** The counts of several datasets, by dataset. */
  countsOf(datasetIds: readonly string[]): Promise<Map<string, SplitCountRow[]>>
  /** Images in the order in which they were added, optionally only up to a position. */
  images(datasetId: string, split?: Split, last?: number | null): Promise<DatasetImageRow[]>
  /** The position of the last image, or 0. All images added later have a higher position. */
  lastImage(datasetIds: readonly string[]): Promise<number>
  /** Like `addImages`, but tells which images the dataset already has as another class. */
  importImages(datasetId: string, images: readonly NewImage[]): Promise<Insertion>
  /** Adds images in one transaction, without those that the dataset already has. Returns the number added. */
  addImages(datasetId: string, images: readonly NewImage[]): Promise<number>
  /**
   * Tells Postgres how many rows there are now. It finds out by itself within a minute or so, and until then it may plan as for an
   * empty table. SQLite plans by its indices alone.
   */
  countRows(): Promise<void>
  /** Replaces the prompts of classes, by class index. */
  setPrompts(datasetId: string, prompts: ReadonlyMap<number, readonly string[]>): Promise<void>
}

/** The image counts of so many classes are added up at once. */
const classesPerSum = 10_000

/** Those of the datasets whose image counts are not added up at once. */
const withManyClasses = async (client: DatabaseClient, datasetIds: readonly string[]): Promise<string[]> =>
  (
    await inChunks(datasetIds, (some) =>
      client.classLabel.findMany({
        where: { datasetId: { in: some }, index: classesPerSum },
        select: { datasetId: true },
      }),
    )
  ).map(({ datasetId }) => datasetId)

const promptsSchema = z.array(z.string())

const classRow = ({
  id,
  index,
  name,
  prompts,
}: Omit<ClassRow, 'prompts'> & { readonly prompts: unknown }): ClassRow => ({
  ...{ id, index, name, prompts: promptsSchema.parse(prompts) },
})

export function createDatasetRepository(
  client: DatabaseClient,
  kind: Database['kind'] = 'sqlite',
): DatasetRepository {
  const imageLists = createImageListRepository(client)

  async function countsOf(datasetIds: readonly string[]): Promise<Map<string, SplitCountRow[]>> {
    const read = (where: { readonly datasetId: string | { in: string[] } }, from = 0) =>
      client.imageCount.groupBy({
        by: ['datasetId', 'split'],
        where: { ...where, images: { gt: 0 }, classIndex: { gte: from, lt: from + classesPerSum } },
        _sum: { images: true },
      })
    const rows = await inChunks(datasetIds, (some) => read({ datasetId: { in: some } }))
    // Adding up all classes of a large dataset at once would take long.
    for (const datasetId of await withManyClasses(client, datasetIds)) {
      const { _max } = await client.imageCount.aggregate({ where: { datasetId }, _max: { classIndex: true } })
      for (let from = classesPerSum; from <= (_max.classIndex ?? 0); from += classesPerSum) {
        rows.push(...(await read({ datasetId }, from)))
      }
    }
    const sums = new Map<string, Map<Split, number>>(datasetIds.map((id) => [id, new Map()]))
    for (const { datasetId, split, _sum } of rows) {
      const own = sums.get(datasetId)
      own?.set(split, (own.get(split) ?? 0) + (_sum.images ?? 0))
    }
    return new Map(
      [...sums].map(([id, own]) => [id, Array.from(own, ([split, images]) => ({ split, images }))]),
    )
  }

  async function classesOf(datasetIds: readonly string[]): Promise<Map<string, ClassRow[]>> {
    const classes = new Map<string, ClassRow[]>(datasetIds.map((id) => [id, []]))
    for await (const part of readClasses(client, kind, datasetIds)) {
      for (const { datasetId, ...row } of part) classes.get(datasetId)?.push(row)
    }
    return classes
  }

  return {
    create: (name, classes) =>
      client.$transaction(async (tx) => {
        const dataset = await tx.dataset.create({ data: { name } })
        const placed: PlacedClass[] = []
        const yieldToEventLoop = createYieldToEventLoop()
        for (const [index, { name, prompts }] of classes.entries()) {
          placed.push({ index, name, prompts })
          await yieldToEventLoop()
        }
        await writeClasses(tx, kind, dataset.id, placed)
        return dataset
      }, longTransaction),
    get: (id) => findById(id, (where) => client.dataset.findUnique({ where })),
    getMany: (ids) => inChunks(ids, (some) => client.dataset.findMany({ where: { id: { in: some } } })),
    findByName: (name) => client.dataset.findUnique({ where: { name } }),
    page: (...parameters) => readDatasetPage({ client, kind }, ...parameters),

    async classesById(ids) {
      return (await inChunks(ids, (some) => client.classLabel.findMany({ where: { id: { in: some } } }))).map(
        classRow,
      )
    },
    async classesAt(places) {
      const rows: (ClassRow & ClassPlace)[] = []
      for await (const some of chunks(places, rowsPerStatement)) {
        const ids = [...new Set(some.map(({ datasetId }) => datasetId))]
        const indices = groupById(ids, some, ({ datasetId }) => datasetId)
        const found = await client.classLabel.findMany({
          where: {
            OR: [...indices].map(([datasetId, own]) => ({
              datasetId,
              index: { in: [...new Set(own.map(({ index }) => index))] },
            })),
          },
        })
        rows.push(...found.map((row) => ({ ...classRow(row), datasetId: row.datasetId })))
      }
      return rows
    },
    classNamed: async (...parameters) => classRow(await classNamed(client, ...parameters)),
    classes: async (id) => (await classesOf([id])).get(id) ?? [],
    classesOf,

    counts: async (id) => (await countsOf([id])).get(id) ?? [],
    countsOf,

    async images(datasetId, split, last) {
      const images: DatasetImageRow[] = []
      const yieldToEventLoop = createYieldToEventLoop()
      const list = { datasetId, split, last }
      for (let part = await imageLists.json(list, 0); part; ) {
        for (const image of JSON.parse(`[${part.text}]`) as DatasetImageRow[]) images.push(image)
        await yieldToEventLoop()
        part = await imageLists.json(list, part.last)
      }
      return images
    },

    lastImage: (datasetIds) =>
      client.$transaction(async (tx) => {
        for (const id of [...datasetIds].sort()) await lockDataset(tx, id)
        const { _max } = await tx.datasetImage.aggregate({ _max: { position: true } })
        return _max.position ?? 0
      }, longTransaction),

    importImages: (datasetId, images) =>
      client.$transaction((tx) => insertImages(tx, datasetId, images), longTransaction),
    addImages: async (datasetId, images) =>
      (await client.$transaction((tx) => insertImages(tx, datasetId, images), longTransaction)).added,

    async countRows() {
      if (kind !== 'postgres') return
      for (const table of ['Image', 'DatasetImage', 'ImageCount']) {
        await client.$executeRawUnsafe(`ANALYZE "${table}"`)
      }
    },

    setPrompts: (datasetId, prompts) =>
      client.$transaction(async (tx) => {
        const classes: ClassRow[] = []
        for await (const part of readClasses(tx, kind, [datasetId])) {
          for (const row of part) {
            const given = prompts.get(row.index)
            if (given) classes.push({ ...row, prompts: given })
          }
        }
        await writeClasses(tx, kind, datasetId, classes)
      }, longTransaction),
  }
}

/** What became of images that were to be added. The others were already there. */
export interface Insertion {
  readonly added: number
  /** Images that the dataset has as another class, by their positions among those given. */
  readonly conflicts: readonly { readonly at: number; readonly error: ShotboardError }[]
  /** Images that the dataset has in another split, by their positions among those given. */
  readonly inOtherSplit: readonly number[]
  /** Those that were added, by their positions among those given. */
  readonly fresh: readonly number[]
  /** Where those of them were that the dataset had without a label. */
  readonly unlabelled: readonly { readonly imageId: string; readonly position: number }[]
}

/**
 * Adds images in a transaction, without those that the dataset already has. Throws UNKNOWN_DATASET if the dataset was deleted
 * meanwhile.
 */
export async function insertImages(
  tx: Transaction,
  datasetId: string,
  images: readonly NewImage[],
): Promise<Insertion> {
  if ((await lockDataset(tx, datasetId)) === 0) throw errors.unknownDataset({ id: datasetId }, 'dataset')
  const added: number[] = []
  const unlabelled: { imageId: string; position: number }[] = []
  const conflicts: Conflict[] = []
  const inOtherSplit: number[] = []
  let from = 0
  for await (const chunk of chunks(images, rowsPerStatement)) {
    const ids = chunk.map(({ imageId }) => imageId)
    const inDataset = await tx.datasetImage.findMany({
      where: { datasetId, imageId: { in: ids } },
      select: { imageId: true, classIndex: true, split: true },
    })
    const placeOf = new Map<string, Place>(inDataset.map(({ imageId, ...place }) => [imageId, place]))
    const fresh: NewImage[] = []
    for (const [i, image] of chunk.entries()) {
      const has = placeOf.get(image.imageId)
      if (has === undefined) {
        placeOf.set(image.imageId, image)
        fresh.push(image)
        added.push(from + i)
      } else if (has.classIndex !== image.classIndex) {
        const { imageId, classIndex } = image
        conflicts.push({ at: from + i, imageId, classIndex, has: has.classIndex })
      } else if (has.split !== image.split) inOtherSplit.push(from + i)
    }
    from += chunk.length
    await insertImageRows(tx, fresh)
    // An image that had no label has one now.
    const where = { datasetId, imageId: { in: fresh.map(({ imageId }) => imageId) } }
    const found = await tx.unlabelledImage.findMany({ where, select: { imageId: true, position: true } })
    if (found.length > 0) await tx.unlabelledImage.deleteMany({ where })
    unlabelled.push(...found)
    const rows = fresh.map(
      ({ imageId, classIndex, split }) =>
        Prisma.sql`(${datasetId}, ${imageId}, ${classIndex}, ${sqlSplit(split)})`,
    )
    if (rows.length > 0) {
      await tx.$executeRaw`
        INSERT INTO "DatasetImage" ("datasetId", "imageId", "classIndex", "split") VALUES ${Prisma.join(rows)}`
    }
  }
  const recorded = await record(tx, datasetId, conflicts)
  return { added: added.length, conflicts: recorded, inOtherSplit, fresh: added, unlabelled }
}

type Place = Pick<DatasetImageRow, 'classIndex' | 'split'>

/** An image that the dataset has as another class. */
interface Conflict {
  readonly at: number
  readonly imageId: string
  readonly classIndex: number
  readonly has: number
}

/** Records conflicts, and names their classes. */
async function record(
  tx: Transaction,
  datasetId: string,
  conflicts: readonly Conflict[],
): Promise<Insertion['conflicts']> {
  if (conflicts.length === 0) return []
  const nameOf = await classNames(
    tx,
    datasetId,
    conflicts.flatMap(({ classIndex, has }) => [classIndex, has]),
  )
  const named = conflicts.map(({ classIndex, has, ...conflict }) => ({
    ...conflict,
    className: nameOf(classIndex),
    other: nameOf(has),
  }))
  await recordConflicts(tx, datasetId, named)
  return named.map(({ at, className, other }) => ({ at, error: errors.labelConflict({ className, other }) }))
}

/**
 * Locks the dataset against other changes until the transaction ends. Postgres assigns positions before the commit,
 * so readers could otherwise see them out of order.
 */
export const lockDataset = (tx: Pick<DatabaseClient, '$executeRaw'>, datasetId: string): Promise<number> =>
  tx.$executeRaw`UPDATE "Dataset" SET "name" = "name" WHERE "id" = ${datasetId}`
