import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../src/server.js'
import { readSettings } from '../../src/settings/settings.js'
import { makeFinishedComparisons } from '../../test/helpers/finished-comparisons.js'
import { type Benchmark, ms, onceMs, type Row } from '../benchmark.js'
import { newPostgres } from '../new-postgres.js'

const stored = 200
const asked = 300

const query = `{ comparisons(first: 20) { totalCount pageInfo { hasNextPage endCursor } nodes {
  id status progress createdAt dataset { id name } encoder { id }
  rows { nodes { method { id name } space { id } shots accuracy { mean low high n } } }
  runs { nodes { id status shots seed accuracy method { id } space { id } hyperparameters { name value } timings { searchMs } } }
} } }`

/**
 * A query of the dashboard over 20 comparisons with 15 runs each, of 200 stored, over HTTP; on SQLite, and on
 * Postgres if available.
 */
export const dashboard: Benchmark = {
  name: 'dashboard-query',
  async run() {
    const rows = [await measure('SQLite', undefined)]
    const postgres = await newPostgres()
    if (postgres) {
      rows.push(await measure('Postgres', postgres.url))
      await postgres.drop()
    }
    return rows
  },
}

async function measure(name: string, databaseUrl: string | undefined): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
  const server = await startServer(
    readSettings({
      ...{ PORT: '0', SHOTBOARD_DATA_DIR: folder, SHOTBOARD_LOG_LEVEL: 'silent' },
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    }),
  )
  await makeFinishedComparisons(server.library, stored)
  const ask = async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data } = (await response.json()) as {
      data: { comparisons: { nodes: { runs: { nodes: unknown[] } }[] } }
    }
    if (data.comparisons.nodes.some(({ runs }) => runs.nodes.length !== 15))
      throw new Error('runs are missing')
  }
  for (let i = 0; i < 20; i++) await ask()
  const taken: number[] = []
  for (let i = 0; i < asked; i++) taken.push(await onceMs(ask))
  taken.sort((a, b) => a - b)
  await server.close()
  await rm(folder, { recursive: true })
  const at = (share: number) => ms(taken[Math.floor(share * taken.length)] ?? Number.NaN)
  return {
    quantity: `Query over 20 comparisons × 15 runs of ${stored} stored, ${name}: median, 95th percentile of ${asked}`,
    ours: `${at(0.5)}, ${at(0.95)}`,
  }
}
