import type { Database, DatabaseClient } from './database.js'
import type { DatasetImageRow } from './datasets.js'
import type { Split } from './enums.js'
import { Prisma } from './generated/sqlite/client.js'
import { type ClassCountRow, sqlSplit } from './image-lists.js'
import { type ClassRange, readClassCounts } from './many-classes.js'
import { cursorOfPosition, type Page, type PageRequest, pageOf, pageSize, positionsOf } from './page.js'
import { chunks, inChunks } from './rows.js'

/** Reads the images of datasets for browsing: counts and samples by class, and pages. */
export interface DatasetImageRepository {
  /** By dataset: the number of images per class and split, optionally of some classes alone. */
  classCounts(datasetIds: readonly string[], range?: ClassRange): Promise<Map<string, ClassCountRow[]>>
  /** By dataset: the first `perClass` images of every class, optionally of one split, and of some classes alone. */
  firstOfClasses(
    datasetIds: readonly string[],
    perClass: number,
    split?: Split,
    range?: ClassRange,
  ): Promise<Map<string, DatasetImageRow[]>>
  /** The images of a dataset among these that have a label in it, in no order. */
  labelled(datasetId: string, imageIds: readonly string[]): Promise<DatasetImageRow[]>
  /** One page per request, in one statement. Images are in the order in which they were added. */
  pages(requests: readonly DatasetImagePageRequest[]): Promise<DatasetImagePage[]>
}

export interface DatasetImageFilter {
  readonly datasetId: string
  readonly classIndex?: number
  readonly split?: Split
}

/** A page of the images with a position above `above` and below `below`. */
export interface DatasetImagePageRequest extends DatasetImageFilter {
  readonly page: PageRequest
  readonly above: number
  readonly below: number
}

export type DatasetImagePage = Omit<Page<DatasetImageRow>, 'totalCount'>

/**
 * The request for a page of images. Positions never change, so they work as cursors while images are added. Throws
 * INVALID_VALUE for an empty page or an invalid cursor.
 */
export function imagePageRequest(page: PageRequest, filter: DatasetImageFilter): DatasetImagePageRequest {
  pageSize(page)
  const { after, before } = positionsOf(page)
  return { ...filter, page, above: after, below: before }
}

export function createDatasetImageRepository(
  client: DatabaseClient,
  kind: Database['kind'] = 'sqlite',
): DatasetImageRepository {
  const classCounts: DatasetImageRepository['classCounts'] = async (datasetIds, range) => {
    const counts = new Map<string, ClassCountRow[]>(datasetIds.map((id) => [id, []]))
    for await (const part of readClassCounts(client, kind, datasetIds, range)) {
      for (const { datasetId, ...count } of part) counts.get(datasetId)?.push(count)
    }
    return counts
  }

  return {
    classCounts,

    async firstOfClasses(datasetIds, perClass, split, range) {
      // The classes that have images, in their order. A rank over the whole dataset would read every image.
      const classes: { readonly datasetId: string; readonly classIndex: number }[] = []
      for await (const part of readClassCounts(client, kind, datasetIds, range)) {
        for (const { datasetId, classIndex, ...count } of part) {
          const last = classes.at(-1)
          const isNew = last?.datasetId !== datasetId || last.classIndex !== classIndex
          if (isNew && (split === undefined || split === count.split)) classes.push({ datasetId, classIndex })
        }
      }
      const requests = (perClass === 0 ? [] : classes).map((each) => ({
        ...imagePageRequest({ first: perClass }, each),
        ...(split && { split }),
      }))
      const found = new Map<string, DatasetImageRow[]>(datasetIds.map((id) => [id, []]))
      for await (const some of chunks(requests, pagesPerStatement)) {
        for (const [i, { nodes }] of (await readPages(client, some)).entries()) {
          found.get(some[i]?.datasetId ?? '')?.push(...nodes)
        }
      }
      return found
    },

    labelled: (datasetId, imageIds) =>
      inChunks(imageIds, (some) =>
        client.datasetImage.findMany({
          where: { datasetId, imageId: { in: some } },
          select: { imageId: true, classIndex: true, split: true },
        }),
      ),

    async pages(requests) {
      const pages: DatasetImagePage[] = []
      for await (const some of chunks(requests, pagesPerStatement))
        pages.push(...(await readPages(client, some)))
      return pages
    },
  }
}

/** SQLite limits the parts of one statement. */
const pagesPerStatement = 100

async function readPages(
  client: DatabaseClient,
  requests: readonly DatasetImagePageRequest[],
): Promise<DatasetImagePage[]> {
  // Each part has a limit. A rank over the whole dataset would read every image.
  const parts = requests.map(
    ({ datasetId, classIndex, split, above, below, page }, part) => Prisma.sql`
    SELECT * FROM (
      SELECT CAST(${part} AS INTEGER) AS "page", "position", "imageId", "classIndex", "split"
      FROM "DatasetImage" WHERE "datasetId" = ${datasetId} AND "position" > ${above} AND "position" < ${below}
      ${classIndex === undefined ? Prisma.empty : Prisma.sql`AND "classIndex" = ${classIndex}`}
      ${split === undefined ? Prisma.empty : Prisma.sql`AND "split" = ${sqlSplit(split)}`}
      ORDER BY "position" ${page.last === undefined ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${pageSize(page) + 1}
    ) AS "part"`,
  )
  const rows = await client.$queryRaw<(DatasetImageRow & { page: number; position: number })[]>`
    ${Prisma.join(parts, ' UNION ALL ')} ORDER BY "page", "position"`
  const found = requests.map((): typeof rows => [])
  for (const row of rows) found[row.page]?.push(row)
  return requests.map(({ page }, part) => {
    const some = found[part] ?? []
    const inOrder = page.last === undefined ? some : some.reverse()
    return pageOf(inOrder, page, ({ position }) => cursorOfPosition(position))
  })
}
