import type { DatabaseClient, Transaction } from './database.js'
import { Prisma } from './generated/sqlite/client.js'
import { chunks, groupById, inChunks, rowsPerStatement } from './rows.js'

/** An image of a dataset that came again as another class. */
export interface LabelConflictRow {
  readonly imageId: string
  /** The class that the dataset has it as. */
  readonly classIndex: number
  readonly otherIndex: number
}

export interface LabelConflictRepository {
  /** By dataset: the conflicts of images that are still there, with a class that is still there. */
  conflictsOf(datasetIds: readonly string[]): Promise<Map<string, LabelConflictRow[]>>
}

export const createLabelConflictRepository = (client: DatabaseClient): LabelConflictRepository => ({
  async conflictsOf(datasetIds) {
    const rows = await inChunks(
      datasetIds,
      (some) => client.$queryRaw<(LabelConflictRow & { datasetId: string })[]>`
      SELECT "conflict"."datasetId", "conflict"."imageId", "image"."classIndex", "other"."index" AS "otherIndex"
      FROM "LabelConflict" AS "conflict"
      JOIN "DatasetImage" AS "image"
        ON "image"."datasetId" = "conflict"."datasetId" AND "image"."imageId" = "conflict"."imageId"
      JOIN "ClassLabel" AS "other"
        ON "other"."datasetId" = "conflict"."datasetId" AND "other"."name" = "conflict"."className"
      WHERE "conflict"."datasetId" IN (${Prisma.join(some)}) AND "other"."index" <> "image"."classIndex"
      ORDER BY "image"."position", "other"."index"`,
    )
    return groupById(datasetIds, rows, ({ datasetId }) => datasetId)
  },
})

/** Records conflicts, each once. */
export async function recordConflicts(
  tx: Transaction,
  datasetId: string,
  conflicts: readonly { readonly imageId: string; readonly className: string }[],
): Promise<void> {
  for await (const some of chunks(conflicts, rowsPerStatement)) {
    const known = await tx.labelConflict.findMany({
      where: { datasetId, imageId: { in: some.map(({ imageId }) => imageId) } },
    })
    const keyOf = (row: { imageId: string; className: string }) =>
      JSON.stringify([row.imageId, row.className])
    const seen = new Set(known.map(keyOf))
    const data = some.flatMap(({ imageId, className }) => {
      const key = keyOf({ imageId, className })
      if (seen.has(key)) return []
      seen.add(key)
      return [{ datasetId, imageId, className }]
    })
    if (data.length > 0) await tx.labelConflict.createMany({ data })
  }
}

/** Follows a class that has another name now. */
export async function renameConflicts(
  tx: Transaction,
  datasetId: string,
  from: string,
  to: string,
): Promise<void> {
  const found = await tx.labelConflict.findMany({ where: { datasetId, className: from } })
  await tx.labelConflict.deleteMany({ where: { datasetId, className: from } })
  await recordConflicts(
    tx,
    datasetId,
    found.map(({ imageId }) => ({ imageId, className: to })),
  )
}

/** Giving images a class settles their conflicts. */
export async function settleConflicts(
  tx: Transaction,
  datasetId: string,
  images: readonly string[],
): Promise<void> {
  for await (const some of chunks(images, rowsPerStatement)) {
    await tx.labelConflict.deleteMany({ where: { datasetId, imageId: { in: some } } })
  }
}

/** The recorded conflicts of images. */
export const conflictsOfImages = async (
  tx: Transaction,
  datasetId: string,
  images: readonly string[],
): Promise<{ imageId: string; className: string }[]> =>
  inChunks(images, (some) =>
    tx.labelConflict.findMany({
      where: { datasetId, imageId: { in: some } },
      select: { imageId: true, className: true },
    }),
  )

/** The recorded conflicts with classes. */
export const conflictsWith = (
  tx: Transaction,
  datasetId: string,
  classNames: readonly string[],
): Promise<{ imageId: string; className: string }[]> =>
  tx.labelConflict.findMany({
    where: { datasetId, className: { in: [...classNames] } },
    select: { imageId: true, className: true },
  })
