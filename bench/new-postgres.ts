import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'

/** A new database on the server at TEST_DATABASE_URL, or at the default address. */
export async function newPostgres() {
  const { TEST_DATABASE_URL: server = 'postgresql://postgres@127.0.0.1:5432/postgres' } = process.env
  const run = async (sql: string) => {
    const connection = { connectionString: server, connectionTimeoutMillis: 3000 }
    const adapter = await new PrismaPg(connection).connect()
    await adapter.executeRaw({ sql, args: [], argTypes: [] }).finally(() => adapter.dispose())
  }
  const name = `shotboard_${randomUUID().replaceAll('-', '')}`
  try {
    await run(`CREATE DATABASE ${name}`)
  } catch {
    return undefined
  }
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) }
}
