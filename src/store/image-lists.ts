import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { DatabaseClient } from './database.js'
import type { Split } from './enums.js'
import { Prisma } from './generated/sqlite/client.js'
import { canBeId, inChunks } from './rows.js'

/** Images of a dataset, as they are or as they were at some time. */
export interface ImageList {
  readonly datasetId: string
  /** Only images of this split. */
  readonly split?: Split | undefined
  /** Only images up to this position; all by default. */
  readonly last?: number | null | undefined
}

/** The number of images of a class in a split. */
export interface ClassCountRow {
  readonly classIndex: number
  readonly split: Split
  readonly images: number
}

/** Two lists with the same dataset, split and version hold the same images in the same places. */
export interface ListVersion {
  /** How often images of the dataset were moved or removed, or came back to an earlier place. */
  readonly revision: number
  /** The position of the last image; 0 if there is none. */
  readonly last: number
}

/** A part of a list as text, and the position or the id of its last image. */
export interface TextPart<Last> {
  readonly text: string
  readonly last: Last
}

/** Answers for lists of any length. No answer holds more than a few thousand images, so that none takes long. */
export interface ImageListRepository {
  version(list: ImageList): Promise<ListVersion>
  /** The number of images per class and split, without zeros. */
  counts(list: ImageList): Promise<ClassCountRow[]>
  /** Those of the images that are in the list. */
  among(list: ImageList, ids: readonly string[]): Promise<ListedImage[]>
  /**
   * The next images of a list, after a position, as JSON objects with `imageId`, `classIndex` and `split`, joined by commas, in the
   * order of their positions. Null at the end.
   */
  json(list: ImageList, after: number): Promise<TextPart<number> | null>
  /** By class: the ids in a split, in their order, joined by commas. For classes that hold `imagesPerPart` images together. */
  idsOfClasses(list: SplitList, classes: readonly number[]): Promise<Map<number, string>>
  /** The next ids of one class, after an id, in their order, joined by commas. Null at the end. */
  idsOfClass(list: SplitList, classIndex: number, after: string): Promise<TextPart<string> | null>
  /** Some images of a split, by class and rank: rank 0 is the first id of the class in their order. In no order. */
  atRanks(list: SplitList, ranks: readonly ClassRanks[]): Promise<RankedImage[]>
}

export interface SplitList extends ImageList {
  readonly split: Split
}

export interface ListedImage {
  readonly imageId: string
  readonly classIndex: number
  readonly split: Split
}

export interface ClassRanks {
  readonly classIndex: number
  readonly ranks: readonly number[]
}

export interface RankedImage {
  readonly classIndex: number
  readonly rank: number
  readonly imageId: string
}

/** Images in an answer. SQLite's driver answers without leaving this thread, 2,000 images in 2 to 3 ms. */
export const imagesPerPart = 2000

/** Classes in a statement that counts their images, up to three numbers each. */
const classesPerPart = 500

/** The greatest position that the databases can store. */
const maxPosition = 2 ** 31 - 1

export function createImageListRepository(client: DatabaseClient): ImageListRepository {
  const inList = ({ datasetId, split, last }: ImageList, position = Prisma.sql`"position"`) => Prisma.sql`
    "datasetId" = ${canBeId(datasetId) ? datasetId : ''} AND ${position} <= ${last ?? maxPosition}
    ${split === undefined ? Prisma.empty : Prisma.sql`AND "split" = ${sqlSplit(split)}`}`

  // The plus keeps SQLite from the index by position, in which ids are in no order.
  const inSplit = (list: SplitList) => inList(list, Prisma.sql`+"position"`)

  return {
    async version(list) {
      const [dataset, end] = await Promise.all([
        client.$queryRaw<{ revision: number }[]>`
          SELECT "revision" FROM "Dataset" WHERE "id" = ${canBeId(list.datasetId) ? list.datasetId : ''}`,
        client.$queryRaw<{ position: number }[]>`
          SELECT "position" FROM "DatasetImage" WHERE ${inList(list)} ORDER BY "position" DESC LIMIT 1`,
      ])
      return { revision: dataset[0]?.revision ?? 0, last: end[0]?.position ?? 0 }
    },

    async counts({ datasetId, split, last }) {
      const id = canBeId(datasetId) ? datasetId : ''
      const ofSplit = split === undefined ? Prisma.empty : Prisma.sql`AND "split" = ${sqlSplit(split)}`
      const [end] = await client.$queryRaw<{ classIndex: number | null }[]>`
        SELECT MAX("classIndex") AS "classIndex" FROM "ImageCount" WHERE "datasetId" = ${id}`
      const counts: ClassCountRow[] = []
      const yieldToEventLoop = createYieldToEventLoop()
      for (let from = 0; from <= (end?.classIndex ?? -1); from += classesPerPart) {
        const to = from + classesPerPart
        await yieldToEventLoop()
        // Later images are few: those that came while a comparison waited. The plus keeps SQLite from reading all of these classes.
        const part = await client.$queryRaw<ClassCountRow[]>`
          SELECT "classIndex", "split", CAST(SUM("images") AS INTEGER) AS "images" FROM (
            SELECT "classIndex", "split", "images" FROM "ImageCount"
            WHERE "datasetId" = ${id} AND "classIndex" >= ${from} AND "classIndex" < ${to} ${ofSplit}
            UNION ALL
            SELECT "classIndex", "split", -1 FROM "DatasetImage"
            WHERE "datasetId" = ${id} AND "position" > ${last ?? maxPosition}
              AND +"classIndex" >= ${from} AND +"classIndex" < ${to} ${ofSplit}
          ) AS "counted" GROUP BY "classIndex", "split" HAVING SUM("images") > 0 ORDER BY "classIndex", "split"`
        for (const each of part) counts.push(each)
      }
      return counts
    },

    among: (list, ids) =>
      inChunks(
        ids,
        (some) => client.$queryRaw<ListedImage[]>`
          SELECT "imageId", "classIndex", "split" FROM "DatasetImage"
          WHERE ${inList(list, Prisma.sql`+"position"`)} AND "imageId" IN (${Prisma.join(some)})`,
      ),

    async json(list, after) {
      const [part] = await client.$queryRaw<{ text: string | null; last: number | null }[]>`
        SELECT MAX("position") AS "last", STRING_AGG(
          '{"imageId":"' || "imageId" || '","classIndex":' || "classIndex" || ',"split":"' || CAST("split" AS TEXT) || '"}',
          ',' ORDER BY "position") AS "text"
        FROM (
          SELECT * FROM "DatasetImage" WHERE ${inList(list)} AND "position" > ${after}
          ORDER BY "position" LIMIT ${imagesPerPart}
        ) AS "part"`
      return part === undefined || part.text === null || part.last === null
        ? null
        : { text: part.text, last: part.last }
    },

    async idsOfClasses(list, classes) {
      const rows = await client.$queryRaw<{ classIndex: number; text: string }[]>`
        SELECT "classIndex", STRING_AGG("imageId", ',' ORDER BY "imageId") AS "text"
        FROM "DatasetImage" WHERE ${inSplit(list)} AND "classIndex" IN (${Prisma.join(classes)})
        GROUP BY "classIndex"`
      return new Map(rows.map(({ classIndex, text }) => [classIndex, text]))
    },

    async idsOfClass(list, classIndex, after) {
      const [part] = await client.$queryRaw<{ text: string | null; last: string | null }[]>`
        SELECT MAX("imageId") AS "last", STRING_AGG("imageId", ',' ORDER BY "imageId") AS "text"
        FROM (
          SELECT "imageId" FROM "DatasetImage"
          WHERE ${inSplit(list)} AND "classIndex" = ${classIndex} AND "imageId" > ${after}
          ORDER BY "imageId" LIMIT ${imagesPerPart}
        ) AS "part"`
      return part === undefined || part.text === null || part.last === null
        ? null
        : { text: part.text, last: part.last }
    },

    async atRanks(list, ranks) {
      const wanted = ranks.flatMap((each) => each.ranks.map((rank) => `(${each.classIndex}, ${rank})`))
      return client.$queryRaw<RankedImage[]>`
        SELECT "classIndex", "imageId", CAST("rank" AS INTEGER) AS "rank" FROM (
          SELECT "classIndex", "imageId",
            ROW_NUMBER() OVER (PARTITION BY "classIndex" ORDER BY "imageId") - 1 AS "rank"
          FROM "DatasetImage" WHERE ${inSplit(list)}
          AND "classIndex" IN (${Prisma.join(ranks.map(({ classIndex }) => classIndex))})
        ) AS "ranked" WHERE ("classIndex", "rank") IN (VALUES ${Prisma.raw(wanted.join())})`
    },
  }
}

const splitLiterals: Readonly<Record<Split, Prisma.Sql>> = {
  SUPPORT_POOL: Prisma.sql`'SUPPORT_POOL'`,
  VALIDATION: Prisma.sql`'VALIDATION'`,
  TEST: Prisma.sql`'TEST'`,
}

/** Postgres has its own type for splits. A literal becomes one, and a parameter does not. */
export const sqlSplit = (split: Split): Prisma.Sql => splitLiterals[split]
