import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { atEnd } from './at-end.js'
import { temporaryFolder } from './folder.js'

const { TEST_DATABASE_URL: postgres = 'postgresql://postgres@127.0.0.1:5432/postgres' } = process.env
/** The kinds of database that this run of the tests has; vitest.config.ts sets it. */
const { TEST_DATABASES: kinds = 'sqlite,postgres' } = process.env

/** Runs a statement on the server that databases for tests are made on. */
export async function runOnPostgres(sql: string, server = postgres): Promise<void> {
  const adapter = await new PrismaPg({ connectionString: server, connectionTimeoutMillis: 3000 }).connect()
  try {
    await adapter.executeRaw({ sql, args: [], argTypes: [] })
  } finally {
    await adapter.dispose()
  }
}

/** The address of a new Postgres database, dropped when the tests of the file have run; undefined where none is reached. */
export async function newPostgres(server = postgres): Promise<string | undefined> {
  const name = `shotboard_${randomUUID().replaceAll('-', '')}`
  try {
    await runOnPostgres(`CREATE DATABASE ${name}`, server)
  } catch {
    return undefined
  }
  atEnd(() => runOnPostgres(`DROP DATABASE ${name} WITH (FORCE)`, server))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

export interface TestDatabase {
  readonly kind: 'sqlite' | 'postgres'
  /** For the names of tests: it says so where there is no such database. */
  readonly title: string
  /** Undefined where there is no such database. */
  readonly url: string | undefined
}

/** A new database of each kind that this run of the tests has, not even migrated. */
export async function newDatabases(): Promise<readonly TestDatabase[]> {
  const made = { sqlite: newSqlite, postgres: newPostgresDatabase }
  return Promise.all(
    Object.entries(made)
      .filter(([kind]) => kinds.split(',').includes(kind))
      .map(([, make]) => make()),
  )
}

async function newSqlite(): Promise<TestDatabase> {
  return { kind: 'sqlite', title: 'sqlite', url: `file:${join(await temporaryFolder(), 'test.db')}` }
}

async function newPostgresDatabase(): Promise<TestDatabase> {
  const url = await newPostgres()
  const title = url === undefined ? 'postgres (skipped: none is reached at TEST_DATABASE_URL)' : 'postgres'
  return { kind: 'postgres', title, url }
}
