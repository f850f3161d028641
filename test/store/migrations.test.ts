import { readdir, readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatabaseSchema, postgresSchema, sqliteSchema } from '../helpers/database-schema.js'

const folder = (dialect: string) => new URL(`../../prisma/migrations/${dialect}/`, import.meta.url)
const namesOf = async (dialect: string) => (await readdir(folder(dialect))).sort()

const sqlite = createClient({ url: ':memory:' })
let postgres: PGlite
let expected: DatabaseSchema
beforeAll(async () => {
  postgres = await PGlite.create()
  for (const name of await namesOf('sqlite')) {
    await sqlite.executeMultiple(await readFile(new URL(name, folder('sqlite')), 'utf8'))
  }
  for (const name of await namesOf('postgres')) {
    await postgres.exec(await readFile(new URL(name, folder('postgres')), 'utf8'))
  }
  expected = await sqliteSchema(sqlite)
})
afterAll(async () => {
  sqlite.close()
  await postgres.close()
})

test('every migration stands in both dialects', async () => {
  expect(await namesOf('postgres')).toEqual(await namesOf('sqlite'))
})

test('both dialects make the same tables, columns, keys and indexes', async () => {
  expect(Object.keys(expected)).toContain('Comparison')
  expect(await postgresSchema(postgres)).toEqual(expected)
})

test('images that are there when they begin to be counted are counted', async () => {
  const earlier = createClient({ url: ':memory:' })
  const migrations = (await namesOf('sqlite')).map((name) =>
    readFile(new URL(name, folder('sqlite')), 'utf8'),
  )
  const at = (await namesOf('sqlite')).indexOf('0015_image_counts.sql')
  for (const script of migrations.slice(0, at)) await earlier.executeMultiple(await script)
  await earlier.executeMultiple(`
    INSERT INTO "Dataset" ("id", "name") VALUES ('d', 'd');
    INSERT INTO "Image" ("id", "width", "height", "format", "bytes") VALUES ('a', 1, 1, 'png', 1), ('b', 1, 1, 'png', 1);
    INSERT INTO "DatasetImage" ("datasetId", "imageId", "classIndex", "split") VALUES ('d', 'a', 0, 'TEST'), ('d', 'b', 0, 'TEST');`)
  for (const script of migrations.slice(at)) await earlier.executeMultiple(await script)
  const { rows } = await earlier.execute('SELECT * FROM "ImageCount"')
  earlier.close()
  expect(rows).toEqual([{ datasetId: 'd', classIndex: 0, split: 'TEST', images: 2 }])
})

test('classes that are there when they get ids have different ones', async () => {
  const [before, after] = [
    `INSERT INTO "Dataset" ("id", "name") VALUES ('d', 'd');
     INSERT INTO "ClassLabel" ("datasetId", "index", "name", "prompts") VALUES ('d', 0, 'a', '[]'), ('d', 1, 'b', '["b"]');`,
    'SELECT * FROM "ClassLabel" ORDER BY "index"',
  ]
  const script = (dialect: string, name: string) => readFile(new URL(name, folder(dialect)), 'utf8')
  const names = await namesOf('sqlite')
  const at = names.indexOf('0037_class_ids.sql')
  const earlier = createClient({ url: ':memory:' })
  for (const [i, name] of names.entries()) {
    if (i === at) await earlier.executeMultiple(before)
    await earlier.executeMultiple(await script('sqlite', name))
  }
  const inSqlite = (await earlier.execute(after)).rows
  earlier.close()
  await postgres.exec(`BEGIN; ALTER TABLE "ClassLabel" DROP COLUMN "id"; ${before}`)
  await postgres.exec(await script('postgres', '0037_class_ids.sql'))
  const inPostgres = (await postgres.query<Record<string, unknown>>(after)).rows
  await postgres.exec('ROLLBACK')
  const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  for (const rows of [inSqlite, inPostgres]) {
    expect(rows).toMatchObject([
      { id: uuid, datasetId: 'd', index: 0, name: 'a' },
      { id: uuid, datasetId: 'd', index: 1, name: 'b' },
    ])
    expect(rows[0]?.id).not.toBe(rows[1]?.id)
  }
})

describe('a change of one dialect alone is seen', () => {
  test.each([
    ['a table', 'CREATE TABLE "Other" ("id" TEXT NOT NULL PRIMARY KEY)'],
    ['a column', 'ALTER TABLE "Run" ADD COLUMN "other" TEXT'],
    ['a type', 'ALTER TABLE "Run" ALTER COLUMN "shots" TYPE TEXT'],
    ['what may be null', 'ALTER TABLE "Run" ALTER COLUMN "method" DROP NOT NULL'],
    ['a default', 'ALTER TABLE "Run" ALTER COLUMN "progress" SET DEFAULT 1'],
    ['a default that goes', 'ALTER TABLE "Run" ALTER COLUMN "createdAt" DROP DEFAULT'],
    [
      'a primary key',
      'ALTER TABLE "ComparisonRun" DROP CONSTRAINT "ComparisonRun_pkey", ADD PRIMARY KEY ("comparisonId", "runId")',
    ],
    ['an index that goes', 'DROP INDEX "Run_accuracy_idx"'],
    [
      'the order of an index',
      'DROP INDEX "Run_accuracy_idx"; CREATE INDEX "Run_accuracy_idx" ON "Run"("accuracy" DESC)',
    ],
    [
      'a unique index',
      'DROP INDEX "Run_accuracy_idx"; CREATE UNIQUE INDEX "Run_accuracy_idx" ON "Run"("accuracy")',
    ],
    ['a foreign key that goes', 'ALTER TABLE "Run" DROP CONSTRAINT "Run_datasetId_fkey"'],
    [
      'what a deletion does',
      'ALTER TABLE "Run" DROP CONSTRAINT "Run_datasetId_fkey"; ALTER TABLE "Run" ADD FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE',
    ],
  ])('%s', async (_, change) => {
    await postgres.exec(`BEGIN; ${change}`)
    try {
      expect(await postgresSchema(postgres)).not.toEqual(expected)
    } finally {
      await postgres.exec('ROLLBACK')
    }
  })
})
