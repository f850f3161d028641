import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { OpenedLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { openDatabase } from '../../src/store/database.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { compare, countEncoded, linkModel, request } from '../helpers/library-comparisons.js'
import { outsiders } from '../helpers/plugins.js'

const plugins = { SHOTBOARD_PLUGINS: await outsiders() }

const runsOf = async ({ store }: OpenedLibrary, id: string) => await store.comparisons.runs(id)
const find = async ({ store }: OpenedLibrary, id: string) => await store.comparisons.get(id)

const slow = { methods: [{ method: 'slow' }, { method: 'zero-shot' }], selection: 'NONE' as const }

test('interrupted and queued comparisons resume after a restart', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, plugins)
  const { id } = await makeDataset(first, 'Resumed')
  const running = await first.comparisons.compare(request(id, { ...slow, seeds: [1, 2, 3, 4] }))
  const queued = await first.comparisons.compare(request(id))
  while ((await runsOf(first, running.id)).filter(({ status }) => status === 'SUCCEEDED').length < 3) {
    await setTimeout(20)
  }
  await first.close()

  const second = await openTestLibrary(folder, plugins)
  const before = await find(second, running.id)
  expect(before).toMatchObject({ status: 'RUNNING', finishedAt: null })
  expect(before?.progress).toBeGreaterThan(0)
  const runsBefore = (await runsOf(second, running.id)).filter(({ status }) => status === 'SUCCEEDED')
  expect(runsBefore.length).toBeLessThan(8)

  const shares = [before?.progress ?? 1]
  const ended = second.comparisons.ended(running.id)
  while (shares.at(-1) !== 1) {
    await setTimeout(20)
    shares.push((await find(second, running.id))?.progress ?? 1)
  }
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  expect((await ended).status).toBe('SUCCEEDED')
  const runs = await runsOf(second, running.id)
  expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']))
  // Finished runs are not repeated.
  for (const run of runsBefore) expect(runs).toContainEqual(run)
  expect((await second.comparisons.ended(queued.id)).status).toBe('SUCCEEDED')
  await second.close()
})

test('images that are added while a comparison is interrupted do not change it', async () => {
  const [folder, other] = [await temporaryFolder(), await temporaryFolder()]
  const seeds = [1, 2, 3]
  const first = await openTestLibrary(folder, plugins)
  const { id } = await makeDataset(first, 'Growing')
  const parked = await first.comparisons.compare(request(id, { ...slow, seeds }))
  while (!(await runsOf(first, parked.id)).some(({ status }) => status === 'SUCCEEDED')) await setTimeout(20)
  await first.close()

  const second = await openTestLibrary(folder, plugins)
  const more = (await labelledPictures({ SUPPORT_POOL: 9, VALIDATION: 5, TEST: 7 })).filter(
    (_, i) => i % 2 === 0,
  )
  expect((await second.datasets.addImages({ dataset: id, images: more })).added).toBeGreaterThan(10)
  expect((await second.comparisons.ended(parked.id)).status).toBe('SUCCEEDED')
  const runs = await runsOf(second, parked.id)
  expect(new Set(runs.map(({ result }) => result?.testImages))).toEqual(new Set([12]))
  const later = await compare(second, request(id, { ...slow, seeds: [1] }))
  expect((await runsOf(second, later.id))[0]?.result?.testImages).toBeGreaterThan(12)
  await second.close()

  const undisturbed = await openTestLibrary(other, plugins)
  const whole = await compare(
    undisturbed,
    request((await makeDataset(undisturbed, 'Growing')).id, { ...slow, seeds }),
  )
  const measured = ({ result }: { result: { accuracy: number; calibrationError: number } | null }) => [
    result?.accuracy,
    result?.calibrationError,
  ]
  expect(runs.map(measured)).toEqual((await runsOf(undisturbed, whole.id)).map(measured))
  await undisturbed.close()
})

test('runs whose method or space is missing after a restart fail, and the others continue', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, plugins)
  const { id } = await makeDataset(first, 'Without its plugin')
  const methods = [{ method: 'slow' }, { method: 'tip-adapter', space: 'mirrored' }, { method: 'zero-shot' }]
  const comparison = await first.comparisons.compare(request(id, { methods, selection: 'NONE' }))
  await first.close()

  const second = await openTestLibrary(folder)
  const ended = await second.comparisons.ended(comparison.id)
  expect(ended).toMatchObject({
    status: 'FAILED',
    progress: 1,
    error: expect.stringContaining('2 of 3 runs failed'),
    errorCode: 'UNKNOWN_METHOD',
  })
  expect(await runsOf(second, comparison.id)).toMatchObject([
    {
      status: 'FAILED',
      error: expect.stringContaining('Method slow not found'),
      errorCode: 'UNKNOWN_METHOD',
    },
    {
      status: 'FAILED',
      error: expect.stringContaining('Feature space mirrored not found'),
      errorCode: 'UNKNOWN_SPACE',
    },
    { status: 'SUCCEEDED', error: null },
  ])
  await second.close()
})

test('an interrupted comparison fails if a prompt has changed before it resumes', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, plugins)
  const { id } = await makeDataset(first, 'Changed')
  const parked = await first.comparisons.compare(request(id, { ...slow, seeds: [1, 2, 3] }))
  while (!(await runsOf(first, parked.id)).some(({ status }) => status === 'SUCCEEDED')) await setTimeout(20)
  await first.close()
  const { client, close } = await openDatabase(readSettings({ SHOTBOARD_DATA_DIR: folder }).databaseUrl)
  await client.classLabel.updateMany({
    where: { datasetId: id, index: 1 },
    data: { prompts: ['other words'] },
  })
  await close()

  const second = await openTestLibrary(folder, plugins)
  const ended = await second.comparisons.ended(parked.id)
  expect(ended).toMatchObject({
    status: 'FAILED',
    error: expect.stringContaining('changed after the comparison was requested'),
  })
  const runs = await runsOf(second, parked.id)
  expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED', 'FAILED']))
  expect((await second.comparisons.rows(runs)).length).toBeGreaterThan(0)
  expect((await compare(second, request(id, slow))).status).toBe('SUCCEEDED')
  await second.close()
})

test('a comparison whose encoder is missing fails, and the error names the encoder', async () => {
  const models = await temporaryFolder()
  await linkModel(join(models, 'mini-clip'), {})
  await linkModel(join(models, 'other'), { id: 'other' })
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, { SHOTBOARD_MODELS_DIR: models, ...plugins })
  const { id } = await makeDataset(first, 'Without its encoder')
  const comparison = await first.comparisons.compare(request(id, { ...slow, encoder: 'other' }))
  await first.close()

  const second = await openTestLibrary(folder, plugins)
  const ended = await second.comparisons.ended(comparison.id)
  expect(ended).toMatchObject({
    status: 'FAILED',
    error: expect.stringContaining('Encoder other not found'),
    errorCode: 'UNKNOWN_ENCODER',
  })
  const runs = await runsOf(second, comparison.id)
  expect(runs.map(({ status }) => status)).toEqual(['FAILED', 'FAILED'])
  await second.close()
})

test('features of a changed encoder are not reused', async () => {
  const models = await temporaryFolder()
  await linkModel(join(models, 'mini-clip'), { logitScale: 20 })
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder)
  const { id } = await makeDataset(first, 'Changed weights')
  const before = await compare(first, request(id))
  await first.close()

  const second = await openTestLibrary(folder, { SHOTBOARD_MODELS_DIR: models })
  const encoded = countEncoded(second)
  const after = await second.comparisons.compareOnce(request(id))
  expect(after.id).not.toBe(before.id)
  await second.comparisons.ended(after.id)
  expect(encoded()).toBe(27)
  await second.close()
})
