import type { Database, DatabaseClient } from './database.js'

/** A process that takes jobs of some kinds from a shared queue. */
export interface WorkerRow {
  readonly id: string
  /** The kind of its processor. */
  readonly processor: string
  /** The kinds of its jobs. */
  readonly kinds: readonly string[]
}

/** The workers that are alive, by the clock of the database, since those of machines differ. */
export interface WorkerRepository {
  /** Says that a worker is alive. */
  beat(worker: WorkerRow): Promise<void>
  /** The workers that have said so in the last minute. */
  alive(): Promise<WorkerRow[]>
  /** Says that a worker ends. */
  leave(id: string): Promise<void>
}

export function createWorkerRepository(client: DatabaseClient, kind: Database['kind']): WorkerRepository {
  // Columns without a time zone are in UTC.
  const [now, since] =
    kind === 'postgres'
      ? ["(now() at time zone 'utc')", "(now() at time zone 'utc') - interval '60 seconds'"]
      : ["datetime('now')", "datetime('now', '-60 seconds')"]
  const [first, second, third] = kind === 'postgres' ? ['$1', '$2', '$3'] : ['?', '?', '?']
  return {
    async beat({ id, processor, kinds }) {
      await client.$executeRawUnsafe(
        `INSERT INTO "Worker" ("id", "processor", "kinds", "seenAt") VALUES (${first}, ${second}, ${third}, ${now})
         ON CONFLICT ("id") DO UPDATE SET "seenAt" = ${now}`,
        ...[id, processor, kinds.join(',')],
      )
      await client.$executeRawUnsafe(`DELETE FROM "Worker" WHERE "seenAt" < ${since}`)
    },
    async alive() {
      const rows = await client.$queryRawUnsafe<{ id: string; processor: string; kinds: string }[]>(
        `SELECT "id", "processor", "kinds" FROM "Worker" WHERE "seenAt" >= ${since} ORDER BY "id"`,
      )
      return rows.map(({ kinds, ...worker }) => ({ ...worker, kinds: kinds.split(',') }))
    },
    async leave(id) {
      await client.worker.deleteMany({ where: { id } })
    },
  }
}
