import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { NewClass } from './class-rows.js'
import type { Database, DatabaseClient, Transaction } from './database.js'
import type { Split } from './enums.js'
import { Prisma } from './generated/sqlite/client.js'
import { canBeId, chunks, rowsPerStatement } from './rows.js'

/** A class with its place. */
export interface PlacedClass extends NewClass {
  /** A new class gets one. */
  readonly id?: string | undefined
  readonly index: number
}

/** A class as it is stored. */
export interface StoredClass {
  readonly datasetId: string
  readonly id: string
  readonly index: number
  readonly name: string
  readonly prompts: readonly string[]
}

/** Classes in a statement. SQLite's driver answers without leaving this thread, 500 classes in some 5 ms. */
const classesPerStatement = 500

/**
 * Stores classes of a dataset. One that is there already gets new prompts. The database takes a part of them as one JSON text,
 * which is ten times as fast as rows of parameters.
 */
export async function writeClasses(
  tx: Transaction,
  kind: Database['kind'],
  datasetId: string,
  classes: readonly PlacedClass[],
): Promise<void> {
  for await (const some of chunks(classes, classesPerStatement)) {
    const json = JSON.stringify(
      some.map(({ id = randomUUID(), index, name, prompts }) => ({ id, index, name, prompts })),
    )
    await tx.$executeRaw`
      INSERT INTO "ClassLabel" ("id", "datasetId", "index", "name", "prompts") ${rowsOf[kind](json, datasetId)}
      ON CONFLICT ("datasetId", "index") DO UPDATE SET "prompts" = excluded."prompts"`
  }
}

const rowsOf: Readonly<Record<Database['kind'], (json: string, datasetId: string) => Prisma.Sql>> = {
  // Without the WHERE, SQLite takes ON for a join's.
  sqlite: (json, datasetId) => Prisma.sql`
    SELECT "value" ->> 'id', ${datasetId}, "value" ->> 'index', "value" ->> 'name', "value" -> 'prompts'
    FROM json_each(${json}) WHERE true`,
  postgres: (json, datasetId) => Prisma.sql`
    SELECT "id", ${datasetId}, "index", "name", "prompts" FROM jsonb_to_recordset(CAST(${json} AS JSONB))
      AS "given" ("id" TEXT, "index" INTEGER, "name" TEXT, "prompts" JSONB)`,
}

const partSchema = z.array(z.tuple([z.string(), z.string(), z.int(), z.string(), z.array(z.string())]))

const arrayOf: Readonly<Record<Database['kind'], Prisma.Sql>> = {
  sqlite: Prisma.sql`json_group_array(json_array("datasetId", "id", "index", "name", json("prompts")))`,
  postgres: Prisma.sql`CAST(json_agg(json_build_array("datasetId", "id", "index", "name", "prompts")) AS TEXT)`,
}

/** The classes of datasets in parts, those of a dataset in the order of their indices. */
export async function* readClasses(
  client: Pick<DatabaseClient, '$queryRaw'>,
  kind: Database['kind'],
  datasetIds: readonly string[],
): AsyncGenerator<readonly StoredClass[]> {
  async function read(where: Prisma.Sql): Promise<StoredClass[]> {
    const [row] = await client.$queryRaw<{ text: string | null }[]>`
      SELECT ${arrayOf[kind]} AS "text" FROM (
        SELECT * FROM "ClassLabel" WHERE ${where} ORDER BY "datasetId", "index" LIMIT ${classesPerStatement}
      ) AS "part"`
    const part = partSchema.parse(JSON.parse(row?.text ?? '[]'))
    return part.map(([datasetId, id, index, name, prompts]) => ({ datasetId, id, index, name, prompts }))
  }

  const yieldToEventLoop = createYieldToEventLoop()
  for await (const some of chunks([...new Set(datasetIds.filter(canBeId))], rowsPerStatement)) {
    for (let left: readonly string[] = some; left.length > 0; ) {
      const first = await read(Prisma.sql`"datasetId" IN (${Prisma.join(left)})`)
      yield first
      let last = first.at(-1)
      if (last === undefined || first.length < classesPerStatement) break
      // The last dataset goes on: by its own rows alone, which need no look at those before them.
      for (let part = first; part.length === classesPerStatement && last; ) {
        await yieldToEventLoop()
        part = await read(Prisma.sql`"datasetId" = ${last.datasetId} AND "index" > ${last.index}`)
        yield part
        last = part.at(-1)
      }
      const seen = new Set(first.map(({ datasetId }) => datasetId))
      left = left.filter((id) => !seen.has(id))
    }
  }
}

/** The number of images of a class of a dataset in a split. */
export interface CountOfClass {
  readonly datasetId: string
  readonly classIndex: number
  readonly split: Split
  readonly images: number
}

/** Classes from one index to another one, both included. */
export interface ClassRange {
  readonly from: number
  readonly to: number
}

const countsSchema = z.array(
  z.tuple([z.string(), z.int(), z.enum(['SUPPORT_POOL', 'VALIDATION', 'TEST']), z.int()]),
)

const countsOf: Readonly<Record<Database['kind'], Prisma.Sql>> = {
  sqlite: Prisma.sql`json_group_array(json_array("datasetId", "classIndex", "split", "images"))`,
  postgres: Prisma.sql`CAST(json_agg(json_build_array("datasetId", "classIndex", "split", "images")) AS TEXT)`,
}

/** Counts in a statement: they are shorter than classes. */
const countsPerStatement = 2000

/** The numbers of images of datasets by class and split in parts, without zeros, optionally of a range of classes. */
export async function* readClassCounts(
  client: Pick<DatabaseClient, '$queryRaw'>,
  kind: Database['kind'],
  datasetIds: readonly string[],
  { from, to }: ClassRange = { from: 0, to: 2 ** 31 - 1 },
): AsyncGenerator<readonly CountOfClass[]> {
  async function read(where: Prisma.Sql): Promise<CountOfClass[]> {
    const [row] = await client.$queryRaw<{ text: string | null }[]>`
      SELECT ${countsOf[kind]} AS "text" FROM (
        SELECT * FROM "ImageCount" WHERE ${where} AND "classIndex" <= ${to} AND "images" > 0
        ORDER BY "datasetId", "classIndex", "split" LIMIT ${countsPerStatement}
      ) AS "part"`
    return countsSchema
      .parse(JSON.parse(row?.text ?? '[]'))
      .map(([datasetId, classIndex, split, images]) => ({ datasetId, classIndex, split, images }))
  }

  const yieldToEventLoop = createYieldToEventLoop()
  for await (const some of chunks([...new Set(datasetIds.filter(canBeId))], rowsPerStatement)) {
    for (let left: readonly string[] = some; left.length > 0; ) {
      let part = await read(Prisma.sql`"datasetId" IN (${Prisma.join(left)}) AND "classIndex" >= ${from}`)
      const seen = new Set(part.map(({ datasetId }) => datasetId))
      for (let last = part.at(-1); last && part.length === countsPerStatement; last = part.at(-1)) {
        // The last class may be cut off: it is read again.
        const { datasetId, classIndex } = last
        yield part.filter((each) => each.datasetId !== datasetId || each.classIndex !== classIndex)
        await yieldToEventLoop()
        part = await read(Prisma.sql`"datasetId" = ${datasetId} AND "classIndex" >= ${classIndex}`)
      }
      yield part
      if (seen.size === 0) break
      left = left.filter((id) => !seen.has(id))
    }
  }
}
