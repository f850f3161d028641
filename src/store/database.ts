import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { errors, reasonOf } from '../errors.js'
import { PrismaClient as PostgresClient } from './generated/postgres/client.js'
import { PrismaClient as SqliteClient } from './generated/sqlite/client.js'
import { SqliteAdapter } from './sqlite.js'

/**
 * The Prisma client. The schemas of SQLite and Postgres differ only in the provider, so the types of the SQLite
 * client fit both.
 */
export type DatabaseClient = SqliteClient

/** An open transaction. */
export type Transaction = Parameters<Parameters<DatabaseClient['$transaction']>[0]>[0]

export interface Database {
  readonly client: DatabaseClient
  readonly kind: 'sqlite' | 'postgres'
  /** Throws if the database does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the database and applies pending migrations. `url`: `file:…` for SQLite, `postgres://…` or `postgresql://…` for
 * Postgres. Throws DATABASE_UNAVAILABLE.
 */
export async function openDatabase(url: string): Promise<Database> {
  try {
    return url.startsWith('file:') ? await openSqlite(url) : await openPostgres(url)
  } catch (error) {
    throw errors.databaseUnavailable({ reason: describeDatabaseError(error) })
  }
}

/** The adapters' errors have one word as message. The database's message is in their cause. */
export function describeDatabaseError(error: unknown): string {
  const cause =
    error instanceof Error ? (error.cause as { originalMessage?: unknown } | undefined) : undefined
  return typeof cause?.originalMessage === 'string' ? cause.originalMessage : reasonOf(error)
}

async function openSqlite(url: string): Promise<Database> {
  await mkdir(dirname(sqliteFileOf(url)), { recursive: true })
  const factory = new SqliteAdapter({ url })
  await migrate(factory, 'sqlite')
  const client = new SqliteClient({ adapter: factory })
  return { client, kind: 'sqlite', check: () => check(client), close: () => client.$disconnect() }
}

/** The path of an SQLite database's file. */
export const sqliteFileOf = (url: string): string =>
  decodeURIComponent(url.replace(/^file:(\/\/(?=\/))?/, '').replace(/[?#].*/, ''))

async function openPostgres(url: string): Promise<Database> {
  const factory = new PrismaPg({ connectionString: url })
  await migrate(factory, 'postgres')
  const client = new PostgresClient({ adapter: factory })
  return {
    client: client as unknown as DatabaseClient,
    kind: 'postgres',
    check: () => check(client),
    close: () => client.$disconnect(),
  }
}

const check = async (client: Pick<SqliteClient, '$queryRawUnsafe'>): Promise<void> => {
  await client.$queryRawUnsafe('SELECT "name" FROM "_migrations" LIMIT 1')
}

type AdapterFactory = SqliteAdapter | PrismaPg

/** The number of the Postgres advisory lock that keeps two processes from migrating at the same time. */
const migrationLock = 7074726

/**
 * Applies the pending migrations in `prisma/migrations`, by name, in one transaction. Prisma's migrate command would
 * download an engine.
 */
async function migrate(factory: AdapterFactory, kind: Database['kind']): Promise<void> {
  const folder = fileURLToPath(new URL(`../../prisma/migrations/${kind}/`, import.meta.url))
  const adapter = await factory.connect()
  const query = (sql: string) => ({ sql, args: [], argTypes: [] })
  try {
    if (kind === 'sqlite') await adapter.queryRaw(query('PRAGMA journal_mode = WAL'))
    const transaction = await adapter.startTransaction()
    // Some adapters expect their caller to run COMMIT.
    const end = (sql: string) =>
      transaction.options.usePhantomQuery ? Promise.resolve(0) : transaction.executeRaw(query(sql))
    try {
      if (kind === 'postgres')
        await transaction.queryRaw(query(`SELECT pg_advisory_xact_lock(${migrationLock})::text`))
      await transaction.executeRaw(
        query('CREATE TABLE IF NOT EXISTS "_migrations" ("name" TEXT NOT NULL PRIMARY KEY)'),
      )
      const { rows } = await transaction.queryRaw(query('SELECT "name" FROM "_migrations"'))
      const done = new Set(rows.map(([name]) => name))
      for (const name of (await readdir(folder)).sort()) {
        if (done.has(name)) continue
        const script = await readFile(`${folder}${name}`, 'utf8')
        for (const statement of script.split(/;\s*$/m)) {
          if (statement.trim() !== '') await transaction.executeRaw(query(statement))
        }
        await transaction.executeRaw(query(`INSERT INTO "_migrations" ("name") VALUES ('${name}')`))
      }
      await end('COMMIT')
      await transaction.commit()
    } catch (error) {
      await end('ROLLBACK')
      await transaction.rollback()
      throw error
    }
  } finally {
    await adapter.dispose()
  }
}
