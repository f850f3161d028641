import { connect, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createClient } from '@libsql/client'
import { expect, test, vi } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases, runOnPostgres } from '../helpers/databases.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { outsiders } from '../helpers/plugins.js'

const [, postgres] = await newDatabases()
const plugins = { SHOTBOARD_PLUGINS: await outsiders() }

const request = (dataset: string): CompareInput => ({
  ...{ dataset, shots: [1, 2], seeds: [1, 2], methods: [{ method: 'slow' }, { method: 'tip-adapter' }] },
  ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 },
})

const runsOf = async ({ store }: OpenedLibrary, id: string) => await store.comparisons.runs(id)

async function untilSomeHaveSucceeded(library: OpenedLibrary, id: string): Promise<void> {
  while (!(await runsOf(library, id)).some(({ status }) => status === 'SUCCEEDED')) await setTimeout(20)
}

/** A way to a database that can be cut and mended. */
async function wayTo(address: URL) {
  const sockets = new Set<Socket>()
  let cut = false
  const server = createServer((client) => {
    if (cut) return void client.destroy()
    const upstream = connect(Number(address.port || 5432), address.hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => other.destroy())
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => server.close())
  const url = new URL(address)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as { port: number }).port)
  return {
    url: url.href,
    cut() {
      cut = true
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    },
    mend() {
      cut = false
    },
  }
}

test.skipIf(postgres?.url === undefined)(
  `a comparison waits for a ${postgres?.title} that goes away, and goes on when it is back`,
  async () => {
    const address = new URL(postgres?.url ?? '')
    const way = await wayTo(address)
    const faults = vi.fn<(job: string, error: unknown) => void>()
    const settings = readSettings({
      SHOTBOARD_DATA_DIR: await temporaryFolder(),
      DATABASE_URL: way.url,
      ...plugins,
    })
    const library = await openLibrary(settings, { onError: faults })
    atEnd(library.close)
    const { id: dataset } = await makeDataset(library, 'Away')
    const { id } = await library.comparisons.compare(request(dataset))
    await untilSomeHaveSucceeded(library, id)
    const before = (await runsOf(library, id)).filter(({ finishedAt }) => finishedAt !== null)

    way.cut()
    await vi.waitFor(() => expect(faults).toHaveBeenCalled(), { timeout: 30_000, interval: 10 })
    expect(faults.mock.calls[0]).toMatchObject([id, { code: 'DATABASE_UNAVAILABLE' }])
    await expect(library.comparisons.compare(request(dataset))).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.not.stringContaining('127.0.0.1'),
    })
    await expect(library.comparisons.cancel(id)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })

    way.mend()
    expect(await library.comparisons.ended(id)).toMatchObject({
      status: 'SUCCEEDED',
      error: null,
      progress: 1,
    })
    const runs = await runsOf(library, id)
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'SUCCEEDED'))
    for (const run of before) expect(runs).toContainEqual(run)
    // One cut is enough for connections that the server itself ends.
    const again = await library.comparisons.compare({ ...request(dataset), seeds: [3, 4] })
    await untilSomeHaveSucceeded(library, again.id)
    await runOnPostgres(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${address.pathname.slice(1)}'`,
    )
    await setTimeout(100)
    expect((await library.comparisons.ended(again.id)).status).toBe('SUCCEEDED')
  },
)

test('a comparison waits while another process keeps an SQLite database locked', async () => {
  const folder = await temporaryFolder()
  const library = await openTestLibrary(folder, plugins)
  const { id: dataset } = await makeDataset(library, 'Locked')
  const { id } = await library.comparisons.compare(request(dataset))
  await untilSomeHaveSucceeded(library, id)
  const other = createClient({ url: readSettings({ SHOTBOARD_DATA_DIR: folder }).databaseUrl, timeout: 5000 })
  await other.execute('BEGIN IMMEDIATE')
  await setTimeout(600)
  await other.execute('ROLLBACK')
  other.close()
  expect(await library.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
})
