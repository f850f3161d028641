import { expect, test } from 'vitest'
import type { OpenedLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { type DatabaseClient, openDatabase } from '../../src/store/database.js'
import { chunksOf, zipOf } from '../helpers/archives.js'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { request } from '../helpers/library-comparisons.js'
import { tinyPng } from '../helpers/tiny-png.js'
import { smallTraining } from '../helpers/training.js'

const archive = zipOf({ 'a/1.png': tinyPng(1), 'b/2.png': tinyPng(2) })
const starts = { status: 'RUNNING' as const, starts: 2 }

/** For each kind of job: how to ask for one, how to write that two processes left it, and how to wait for it. */
const kinds = {
  comparison: {
    ask: async ({ comparisons }: OpenedLibrary, dataset: string) =>
      (await comparisons.compare(request(dataset))).id,
    left: (client: DatabaseClient, id: string) =>
      client.comparison.updateMany({ where: { id }, data: { ...starts, finishedAt: null } }),
    ended: ({ comparisons }: OpenedLibrary, id: string) => comparisons.ended(id),
  },
  import: {
    ask: async ({ imports }: OpenedLibrary, dataset: string) =>
      (await imports.importArchive({ archive: { name: 'a.zip', chunks: chunksOf(archive) }, name: dataset }))
        .id,
    left: (client: DatabaseClient, id: string) =>
      client.import.updateMany({ where: { id }, data: { ...starts, finishedAt: null } }),
    ended: ({ imports }: OpenedLibrary, id: string) => imports.ended(id),
  },
  training: {
    ask: async ({ trainings }: OpenedLibrary, dataset: string) =>
      (await trainings.train({ ...smallTraining, dataset, name: 'left' })).id,
    left: (client: DatabaseClient, id: string) =>
      client.training.updateMany({ where: { id }, data: { ...starts, finishedAt: null } }),
    ended: ({ trainings }: OpenedLibrary, id: string) => trainings.ended(id),
  },
}

test.each(Object.entries(kinds))(
  'a %s that was running twice when its process ended fails at the third start, with why',
  async (_, { ask, left, ended }) => {
    const folder = await temporaryFolder()
    const first = await openTestLibrary(folder)
    const { id: dataset } = await makeDataset(first, 'Left twice')
    const id = await ask(first, dataset)
    await first.close()
    const { client, close } = await openDatabase(readSettings({ SHOTBOARD_DATA_DIR: folder }).databaseUrl)
    await left(client, id)
    await client.run.updateMany({ data: { status: 'RUNNING', finishedAt: null } })
    await close()

    const second = await openTestLibrary(folder)
    expect(await ended(second, id)).toMatchObject({
      status: 'FAILED',
      error: expect.stringContaining('ended without warning 2 times'),
      errorCode: 'JOB_ENDED_PROCESS',
      finishedAt: expect.any(Date),
    })
    const runs = (await second.store.comparisons.runs(id)).map(({ status }) => status)
    expect(runs.filter((status) => status !== 'FAILED')).toEqual([])
    expect(await filesBelow(`${folder}/archives`).catch(() => [])).toEqual([])
    await second.close()
  },
)

test('a stop in order counts as no end of the process', async () => {
  const folder = await temporaryFolder()
  let library = await openTestLibrary(folder)
  const { id: dataset } = await makeDataset(library, 'Stopped in order')
  const { id } = await library.trainings.train({ ...smallTraining, epochs: 40, dataset, name: 'stopped' })
  for (let stop = 0; stop < 3; stop++) {
    for await (const { status } of await library.trainings.watch(id)) if (status === 'RUNNING') break
    await library.close()
    library = await openTestLibrary(folder)
  }
  expect((await library.trainings.ended(id)).status).toBe('SUCCEEDED')
  await library.close()
})
