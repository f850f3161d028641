import { setTimeout } from 'node:timers/promises'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { reasonOf, systemCodeOf } from '../errors.js'
import { pauseIfHeld } from '../system/yield-to-event-loop.js'

type Client = ReturnType<PrismaLibSql['createClient']>
type Transaction = Awaited<ReturnType<Client['transaction']>>

/**
 * How long a statement waits for another writer, in milliseconds: per attempt, which blocks this process, and in
 * total.
 */
const patience = { atATime: 250, inAll: 30_000, pause: 20 }

/**
 * The libSQL driver adapter with a single connection. By default libSQL opens a new connection for every transaction,
 * and leaves the last one to the garbage collector. One connection is enough, because Prisma runs nothing else during
 * a transaction. libSQL answers without leaving this thread, and its promises are kept before any other work: a statement that
 * comes late in a turn of the event loop waits for the next turn, so that a row of them holds up nobody.
 */
export class SqliteAdapter extends PrismaLibSql {
  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): Client {
    const client = super.createClient({ ...config, timeout: patience.atATime })

    async function execute(statement: Parameters<Client['execute']>[0]) {
      await pauseIfHeld()
      const started = performance.now()
      for (;;) {
        try {
          return await client.execute(statement)
        } catch (error) {
          if (!isBusy(error)) throw error
          // A statement whose wait timed out would block all later commits of the connection.
          await client.reconnect()
          if (performance.now() - started > patience.inAll) throw error
          await setTimeout(patience.pause * Math.random())
        }
      }
    }

    async function rollback(): Promise<void> {
      try {
        await client.execute('ROLLBACK')
      } catch (error) {
        // When the disk is full, SQLite has already rolled back.
        if (!/no transaction is active/.test(reasonOf(error))) throw error
      }
    }
    const transaction: Pick<Transaction, 'execute' | 'commit' | 'rollback'> = {
      async execute(statement) {
        await pauseIfHeld()
        return client.execute(statement)
      },
      rollback,
      async commit() {
        try {
          await client.execute('COMMIT')
        } catch (error) {
          await rollback()
          throw error
        }
      },
    }
    return {
      execute,
      executeMultiple: (script: string) => client.executeMultiple(script),
      async transaction() {
        // Takes the write lock at once. A transaction that has already read cannot wait for another writer.
        await execute('BEGIN IMMEDIATE')
        return transaction
      },
      close: () => client.close(),
    } as Client
  }
}

const isBusy = (error: unknown): boolean => systemCodeOf(error) === 'SQLITE_BUSY'
