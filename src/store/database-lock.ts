import { hostname } from 'node:os'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { errors, ShotboardError } from '../errors.js'
import { describeDatabaseError, sqliteFileOf } from './database.js'
import { lockFile, thisCommand } from './file-lock.js'

/** The lock of this process on a database. */
export interface DatabaseLock {
  /** Throws DATABASE_IN_USE if another process took the lock while the connection was lost. */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * Locks a database for this process, so that two services with data folders of their own never share one. `shared` locks it
 * for all processes that share a queue and a bucket, against those that do not. On Postgres it is an
 * advisory lock, which the server releases when the connection ends; it is taken again after a connection was lost. Throws
 * DATABASE_IN_USE with the holder, or DATABASE_UNAVAILABLE.
 */
export async function lockDatabase(url: string, mode: 'alone' | 'shared' = 'alone'): Promise<DatabaseLock> {
  if (!url.startsWith('file:')) return lockPostgres(url, mode)
  const file = sqliteFileOf(url)
  if (file === ':memory:') return { check: async () => {}, release: async () => {} }
  const { release } = await lockFile(`${file}-lock`, (holder) =>
    errors.databaseInUse({ database: basename(file), holder }),
  )
  return { check: async () => {}, release }
}

/** The number of the advisory lock. That of migrations is the one before. */
const lockNumber = 7_074_727

/** Milliseconds between two looks at whether the connection, and with it the lock, is still there. */
const msBetweenChecks = 5000

async function lockPostgres(url: string, mode: 'alone' | 'shared'): Promise<DatabaseLock> {
  const lock = mode === 'alone' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  const database = new URL(url).pathname.slice(1)
  // The lock belongs to its connection: there is one, and it does not end for idleness.
  const factory = new PrismaPg(
    { connectionString: url, application_name: describeSelf(), max: 1, idleTimeoutMillis: 0 },
    { onPoolError: () => {}, onConnectionError: () => {} },
  )
  const connection = await factory.connect()
  const query = async (sql: string) => (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows

  async function holder(): Promise<string | undefined> {
    const [row] = await query(
      `SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = ${lockNumber}
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    return typeof row?.[0] === 'string' ? row[0] : undefined
  }
  /** Takes the lock, unless this connection has it. Throws DATABASE_IN_USE. */
  async function take(): Promise<void> {
    const [row] = await query(`SELECT (CASE WHEN EXISTS (
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ${lockNumber}
        AND pid = pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      ) THEN true ELSE ${lock}(${lockNumber}) END)::text`)
    if (row?.[0] !== 'true') throw errors.databaseInUse({ database, holder: await holder() })
  }

  try {
    await withPatience(take)
  } catch (error) {
    await connection.dispose()
    if (isInUse(error)) throw error
    throw errors.databaseUnavailable({ reason: describeDatabaseError(error) })
  }
  let lost: unknown
  const timer = setInterval(() => {
    take().then(
      () => {
        lost = undefined
      },
      (error: unknown) => {
        // While the database is away, nobody else can take the lock either.
        if (isInUse(error)) lost = error
      },
    )
  }, msBetweenChecks)
  timer.unref()
  return {
    async check() {
      if (lost !== undefined) throw lost
    },
    async release() {
      clearInterval(timer)
      await connection.dispose()
    },
  }
}

const isInUse = (error: unknown): boolean =>
  error instanceof ShotboardError && error.code === 'DATABASE_IN_USE'

/** The server may need a moment to notice that a killed holder is gone. */
const patience = { tries: 10, pause: 200 }

async function withPatience(take: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await take()
    } catch (error) {
      if (!isInUse(error) || tries === patience.tries) throw error
      await setTimeout(patience.pause)
    }
  }
}

/** At most 63 bytes, which is what Postgres keeps. */
const describeSelf = (): string =>
  `${thisCommand()} (process ${process.pid} on ${hostname()})`.slice(-63).replace(/[^\x20-\x7e]/g, '?')
