import type { DatabaseClient } from './database.js'
import type { DatasetImageRow, SplitCountRow } from './datasets.js'
import type { Split } from './enums.js'
import { Prisma } from './generated/sqlite/client.js'
import {
  cursorOfPosition,
  type Page,
  type PageRequest,
  pageOf,
  positionAfter,
  requirePageSize,
} from './page.js'
import { groupById } from './rows.js'

/** The images of datasets as one looks at them: by class, some of each, page by page. */
export interface DatasetImageRepository {
  /** By dataset: how many images each class has in each split. */
  classCounts(datasetIds: readonly string[]): Promise<Map<string, ClassCountRow[]>>
  /** By dataset: the first images of every class, of a split where one is named, at most `perClass` of each. */
  firstOfClasses(
    datasetIds: readonly string[],
    perClass: number,
    split?: Split,
  ): Promise<Map<string, DatasetImageRow[]>>
  /** The class that an image has in a dataset; undefined where it is not in it. */
  classOf(datasetId: string, imageId: string): Promise<number | undefined>
  /** A page for each request, in one statement; in each the images are in the order in which they came. */
  pages(requests: readonly DatasetImagePageRequest[]): Promise<DatasetImagePage[]>
}

export interface ClassCountRow extends SplitCountRow {
  readonly classIndex: number
}

export interface DatasetImageFilter {
  readonly datasetId: string
  readonly classIndex?: number
  readonly split?: Split
}

/** The first images whose position is greater than `after`. */
export interface DatasetImagePageRequest extends DatasetImageFilter {
  readonly first: number
  readonly after: number
}

export type DatasetImagePage = Omit<Page<DatasetImageRow>, 'totalCount'>

/**
 * The request for a page of images. Images keep their positions, so a position is a cursor that stays right while images
 * are added. Throws INVALID_VALUE for an empty page or an invalid cursor.
 */
export function imagePageRequest(request: PageRequest, filter: DatasetImageFilter): DatasetImagePageRequest {
  requirePageSize(request.first)
  return { ...filter, first: request.first, after: positionAfter(request) ?? 0 }
}

export function createDatasetImageRepository(client: DatabaseClient): DatasetImageRepository {
  return {
    async classCounts(datasetIds) {
      const rows = await client.datasetImage.groupBy({
        by: ['datasetId', 'classIndex', 'split'],
        where: { datasetId: { in: [...datasetIds] } },
        _count: { _all: true },
      })
      return groupById(
        datasetIds,
        rows.map(({ _count, ...row }) => ({ ...row, images: _count._all })),
        ({ datasetId }) => datasetId,
      )
    },

    async firstOfClasses(datasetIds, perClass, split) {
      if (datasetIds.length === 0) return new Map()
      const rows = await client.$queryRaw<(DatasetImageRow & { datasetId: string })[]>`
        SELECT "datasetId", "imageId", "classIndex", "split" FROM (
          SELECT *, ROW_NUMBER() OVER (PARTITION BY "datasetId", "classIndex" ORDER BY "position") AS "rank"
          FROM "DatasetImage" WHERE "datasetId" IN (${Prisma.join([...datasetIds])})
          ${split === undefined ? Prisma.empty : Prisma.sql`AND CAST("split" AS TEXT) = ${split}`}
        ) AS "ranked" WHERE "rank" <= ${perClass} ORDER BY "classIndex", "position"`
      return groupById(datasetIds, rows, ({ datasetId }) => datasetId)
    },

    async classOf(datasetId, imageId) {
      const row = await client.datasetImage.findUnique({
        where: { datasetId_imageId: { datasetId, imageId } },
        select: { classIndex: true },
      })
      return row?.classIndex
    },

    async pages(requests) {
      if (requests.length === 0) return []
      // Each part ends after its page, where a rank over all of a dataset would read every image of it.
      const parts = requests.map(
        ({ datasetId, classIndex, split, after, first }, page) => Prisma.sql`
        SELECT * FROM (
          SELECT CAST(${page} AS INTEGER) AS "page", "position", "imageId", "classIndex", "split"
          FROM "DatasetImage" WHERE "datasetId" = ${datasetId} AND "position" > ${after}
          ${classIndex === undefined ? Prisma.empty : Prisma.sql`AND "classIndex" = ${classIndex}`}
          ${split === undefined ? Prisma.empty : Prisma.sql`AND CAST("split" AS TEXT) = ${split}`}
          ORDER BY "position" LIMIT ${first + 1}
        ) AS "part"`,
      )
      const rows = await client.$queryRaw<(DatasetImageRow & { page: number; position: number })[]>`
        ${Prisma.join(parts, ' UNION ALL ')} ORDER BY "page", "position"`
      return requests.map(({ first }, page) => {
        const found = rows.filter((row) => row.page === page)
        return pageOf(found, first, ({ position }) => cursorOfPosition(position))
      })
    },
  }
}
