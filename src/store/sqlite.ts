import { setTimeout } from 'node:timers/promises'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { reasonOf, systemCodeOf } from '../errors.js'

type Client = ReturnType<PrismaLibSql['createClient']>
type Transaction = Awaited<ReturnType<Client['transaction']>>

/** How long a statement waits while somebody else writes, in milliseconds: at a time, which holds this process, and in all. */
const patience = { atATime: 250, inAll: 30_000, pause: 20 }

/**
 * The libSQL driver adapter on one connection. By itself libSQL opens another for every transaction and leaves the last
 * one, open, to the garbage collector; Prisma lets nothing else in while a transaction runs, so one is enough.
 */
export class SqliteAdapter extends PrismaLibSql {
  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): Client {
    const client = super.createClient({ ...config, timeout: patience.atATime })

    async function execute(statement: Parameters<Client['execute']>[0]) {
      const started = performance.now()
      for (;;) {
        try {
          return await client.execute(statement)
        } catch (error) {
          if (!isBusy(error)) throw error
          // A statement that has waited in vain would keep the connection from committing ever after.
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
        // Where the disk is full SQLite has rolled back by itself.
        if (!/no transaction is active/.test(reasonOf(error))) throw error
      }
    }
    const transaction: Pick<Transaction, 'execute' | 'commit' | 'rollback'> = {
      execute: (statement) => client.execute(statement),
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
        // The lock at once: a transaction that has read already cannot wait for somebody else's write any more.
        await execute('BEGIN IMMEDIATE')
        return transaction
      },
      close: () => client.close(),
    } as Client
  }
}

const isBusy = (error: unknown): boolean => systemCodeOf(error) === 'SQLITE_BUSY'
