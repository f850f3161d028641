import { errors } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { Database, Transaction } from './database.js'
import type { DatasetRow } from './datasets.js'
import type { Split } from './enums.js'
import { beginRevision } from './former-places.js'
import { Prisma } from './generated/sqlite/client.js'
import { settleConflicts } from './label-conflicts.js'
import { canBeId, chunks, rowsPerStatement, rowsPerWrite } from './rows.js'

/** The place of a labelled image in its dataset. */
export interface StoredPlace {
  readonly imageId: string
  readonly position: number
  readonly classIndex: number
  readonly split: Split
  /** The revision of the dataset that brought it there. */
  readonly since: number
}

/** The places of images, in their order. Throws UNKNOWN_IMAGE. */
export async function placesOf(
  tx: Transaction,
  datasetId: string,
  ids: readonly string[],
): Promise<StoredPlace[]> {
  const places = await knownPlaces(tx, datasetId, ids)
  const found: StoredPlace[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (const [i, id] of ids.entries()) {
    const place = places.get(id)
    if (!place) throw errors.unknownImage({ id }, `images[${i}]`)
    found.push(place)
    await yieldToEventLoop()
  }
  return found
}

/** The places of those of the images that the dataset has with a label, by image. */
export async function knownPlaces(
  tx: Transaction,
  datasetId: string,
  ids: readonly string[],
): Promise<Map<string, StoredPlace>> {
  const places = new Map<string, StoredPlace>()
  for await (const some of chunks(ids.filter(canBeId), rowsPerStatement)) {
    const rows = await tx.datasetImage.findMany({ where: { datasetId, imageId: { in: some } } })
    for (const { imageId, position, classIndex, split, since } of rows) {
      places.set(imageId, { imageId, position, classIndex, split, since })
    }
  }
  return places
}

/** Deletes the places of labelled images. Support sets and results keep naming them. */
export async function takeOut(
  tx: Transaction,
  dataset: DatasetRow,
  places: readonly StoredPlace[],
): Promise<void> {
  if (places.length === 0) return
  await beginRevision(tx, dataset, places)
  const ids = places.map(({ imageId }) => imageId)
  for await (const some of chunks(ids, rowsPerWrite)) {
    await tx.datasetImage.deleteMany({ where: { datasetId: dataset.id, imageId: { in: some } } })
  }
  await settleConflicts(tx, dataset.id, ids)
}

/** Where an image is to be. */
export interface NewPlace {
  readonly position: number
  readonly classIndex: number
  readonly split: Split
}

/** Gives labelled images other classes and splits, in a revision of their dataset. */
export async function placeImages(
  tx: Transaction,
  kind: Database['kind'],
  places: readonly NewPlace[],
  since: number,
): Promise<void> {
  for await (const some of chunks(places, rowsPerWrite)) {
    const json = JSON.stringify(some)
    await tx.$executeRaw`
      UPDATE "DatasetImage"
      SET "classIndex" = "given"."classIndex", "split" = ${splitOf[kind]}, "since" = ${since}
      FROM (${placesIn[kind](json)}) AS "given" WHERE "DatasetImage"."position" = "given"."position"`
  }
}

const splitOf: Readonly<Record<Database['kind'], Prisma.Sql>> = {
  sqlite: Prisma.sql`"given"."split"`,
  postgres: Prisma.sql`CAST("given"."split" AS "Split")`,
}

const placesIn: Readonly<Record<Database['kind'], (json: string) => Prisma.Sql>> = {
  sqlite: (json) => Prisma.sql`
    SELECT "value" ->> 'position' AS "position", "value" ->> 'classIndex' AS "classIndex", "value" ->> 'split' AS "split"
    FROM json_each(${json})`,
  postgres: (json) => Prisma.sql`
    SELECT * FROM jsonb_to_recordset(CAST(${json} AS JSONB))
      AS "row" ("position" INTEGER, "classIndex" INTEGER, "split" TEXT)`,
}
