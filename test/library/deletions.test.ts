import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import { openDatabase } from '../../src/store/database.js'
import { countRows } from '../helpers/counts.js'
import { newDatabases } from '../helpers/databases.js'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { outsiders } from '../helpers/plugins.js'
import { built, root } from '../helpers/programs.js'

const plugins = { SHOTBOARD_PLUGINS: await outsiders() }

const request = (dataset: string, more: Partial<CompareInput> = {}): CompareInput => ({
  dataset,
  shots: [1],
  seeds: [1],
  methods: [{ method: 'tip-adapter' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
  ...more,
})

async function compare(library: OpenedLibrary, input: CompareInput): Promise<string> {
  const { id } = await library.comparisons.compare(input)
  await library.comparisons.ended(id)
  return id
}

const small = { SUPPORT_POOL: 2, TEST: 2 } as const

/** The names of the files below a subfolder of the data folder. */
const names = async (folder: string, part: string) =>
  (await filesBelow(join(folder, part))).map((path) => path.slice(path.lastIndexOf('/') + 1)).sort()

/** The ids of the images that have features, by address. */
async function featuresOf(folder: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const path of await filesBelow(join(folder, 'features'))) {
    if (!path.endsWith('keys.bin')) continue
    const keys = await readFile(path)
    const ids = Array.from({ length: keys.length / 36 }, (_, i) => keys.toString('hex', i * 36, i * 36 + 32))
    found[path.split('/').slice(-3, -1).join('/')] = ids
  }
  return found
}

/** The number of stored features, by address. */
const featureCounts = async (folder: string): Promise<Record<string, number>> =>
  Object.fromEntries(Object.entries(await featuresOf(folder)).map(([address, ids]) => [address, ids.length]))

/** Everything that a library has on disk and in its database, to compare before and after. */
async function everything(folder: string, url: string) {
  const database = await openDatabase(url)
  try {
    const images = await names(folder, 'images')
    const encoded = Object.values(await featuresOf(folder)).flat()
    return {
      rows: await countRows(database),
      images,
      /** Features of images that do not exist. */
      strays: encoded.filter((id) => !images.includes(id)),
      results: await names(folder, 'runs'),
      features: await featureCounts(folder),
      recoveryMarkers: await names(folder, 'unsettled'),
    }
  } finally {
    await database.close()
  }
}

for (const { title, url } of await newDatabases()) {
  describe.skipIf(url === undefined)(title, async () => {
    if (url === undefined) return
    const folder = await temporaryFolder()
    const library = await openTestLibrary(folder, { DATABASE_URL: url, ...plugins })

    test('a dataset is deleted with everything that only it uses, and nothing else', async () => {
      const kept = await makeDataset(library, 'Kept', { ...small, SUPPORT_POOL: 3 })
      await compare(library, request(kept.id))
      const before = await everything(folder, url)

      // It shares some images with the dataset that stays, and has images of its own.
      const { id } = await makeDataset(library, 'Gone', { SUPPORT_POOL: 4, VALIDATION: 1, TEST: 2 })
      await compare(library, request(id, { shots: [3], selection: 'VALIDATION', augmentations: 2 }))
      const between = await everything(folder, url)
      expect(between.images.length).toBe(before.images.length + 6)
      await library.deletions.dataset(id)

      const after = await everything(folder, url)
      // New features of the images that stay are kept.
      expect(after).toEqual({ ...before, features: after.features })
      expect(after.features['clip/plain']).toBeLessThan(between.features['clip/plain'] ?? 0)
      expect(after.features['clip/plain']).toBeGreaterThanOrEqual(before.features['clip/plain'] ?? 0)
      await expect(library.deletions.dataset(id)).rejects.toMatchObject({
        code: 'UNKNOWN_DATASET',
        argument: 'id',
      })
      // The dataset that stays can still be compared on.
      const again = await library.comparisons.ended(await compare(library, request(kept.id, { seeds: [2] })))
      expect(again.status).toBe('SUCCEEDED')
    })

    test('a deleted dataset can be made again under its name', async () => {
      const first = await makeDataset(library, 'Again', small)
      const before = await everything(folder, url)
      await library.deletions.dataset(first.id)
      const second = await makeDataset(library, 'Again', small)
      expect(second.id).not.toBe(first.id)
      expect(await everything(folder, url)).toEqual(before)
    })

    test('a comparison is deleted with the runs that no other comparison has', async () => {
      const { id } = await makeDataset(library, 'Compared', small)
      const first = await compare(
        library,
        request(id, { methods: [{ method: 'tip-adapter' }, { method: 'zero-shot' }] }),
      )
      const before = await everything(folder, url)
      const second = await compare(
        library,
        request(id, { methods: [{ method: 'tip-adapter' }, { method: 'tip-x' }] }),
      )
      await library.deletions.comparison(second)
      expect(await everything(folder, url)).toEqual(before)
      const runs = await library.store.comparisons.runs(first)
      expect(runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
      for (const run of runs) await library.runResults.read(run.id)
      await expect(library.deletions.comparison(second)).rejects.toMatchObject({ code: 'UNKNOWN_COMPARISON' })
    })

    test('a support set is deleted with the augmented views that no other has, and its results stay', async () => {
      const { id } = await makeDataset(library, 'Supported', { SUPPORT_POOL: 4, TEST: 1 })
      const comparison = await compare(library, request(id, { shots: [2], augmentations: 7 }))
      const [run] = await library.store.comparisons.runs(comparison)
      const [view] = Object.keys(await featureCounts(folder)).filter((address) => /7/.test(address))
      expect((await featureCounts(folder))[view ?? '']).toBe(6)
      const other = await library.supportSets.create({ dataset: id, shots: 1, seed: 1, augmentations: 7 })
      await library.deletions.supportSet(run?.result?.supportSetId ?? '')
      // With the same seed, the one-shot set is a subset of the two-shot set.
      expect((await featureCounts(folder))[view ?? '']).toBe(3)
      const left = await library.store.runs.get(run?.id ?? '')
      expect(left).toEqual({ ...run, result: { ...run?.result, supportSetId: null } })
      expect(await library.store.supportSets.getMany([other.id])).toHaveLength(1)
      await library.deletions.supportSet(other.id)
      expect((await featureCounts(folder))[view ?? '']).toBe(0)
      await expect(library.deletions.supportSet(other.id)).rejects.toMatchObject({
        code: 'UNKNOWN_SUPPORT_SET',
      })
    })

    test('a dataset or support set is not deleted while a comparison uses it', async () => {
      const { id } = await makeDataset(library, 'Busy', small)
      const input = request(id, {
        methods: [{ method: 'slow' }, { method: 'tip-adapter' }],
        seeds: [1, 2, 3],
      })
      const supportSet = await library.supportSets.create({
        dataset: id,
        shots: 1,
        seed: 2,
        augmentations: 1,
      })
      const unused = await library.supportSets.create({ dataset: id, shots: 2, seed: 2, augmentations: 1 })
      const comparison = await library.comparisons.compare(input)
      const refused = { code: 'IN_USE', argument: 'id', message: expect.stringContaining(comparison.id) }
      await expect(library.deletions.dataset(id)).rejects.toMatchObject(refused)
      await expect(library.deletions.supportSet(supportSet.id)).rejects.toMatchObject(refused)
      await expect(library.deletions.comparison(comparison.id)).rejects.toMatchObject(refused)
      expect((await library.store.datasets.get(id))?.name).toBe('Busy')
      await library.deletions.supportSet(unused.id)
      await library.comparisons.cancel(comparison.id)
      await library.deletions.comparison(comparison.id)
      await library.deletions.supportSet(supportSet.id)
      await library.deletions.dataset(id)
      expect(await names(folder, 'unsettled')).toEqual([])
    })

    test('a dataset is deleted with the comparisons that are tested on it', async () => {
      const trained = await makeDataset(library, 'Trained on', small)
      const before = await everything(folder, url)
      const tested = await makeDataset(library, 'Tested on', { TEST: 3 })
      await compare(library, request(trained.id, { testDataset: tested.id }))
      await library.deletions.dataset(tested.id)
      const after = await everything(folder, url)
      expect(after.rows.comparisons).toBe(before.rows.comparisons)
      expect(after.images).toEqual(before.images)
      expect(after.results).toEqual(before.results)
    })
  })
}

const kills = built ? 'a kill' : 'a kill (skipped: run `npm run build` first)'

/** Deletes a dataset in another process; the code in `kill` makes that process kill itself. */
async function deleteAndDie(folder: string, dataset: string, kill: string): Promise<void> {
  const script = `
    import { openLibrary, readSettings } from ${JSON.stringify(join(root, 'dist/index.js'))}
    const library = await openLibrary(readSettings(process.env))
    const die = () => process.kill(process.pid, 'SIGKILL')
    ${kill}
    await library.deletions.dataset(${JSON.stringify(dataset)})
    console.log('still alive')
  `
  const args = ['--input-type=module', '--eval', script]
  const env = { PATH: process.env.PATH, SHOTBOARD_DATA_DIR: folder }
  const died = await promisify(execFile)(process.execPath, args, { cwd: root, env }).catch((error) => error)
  expect(died.signal).toBe('SIGKILL')
}

describe.skipIf(!built)(kills, () => {
  test.each([
    ['before the rows are gone', 'library.store.deletions.dataset = die', true],
    ['after the rows and before the files', 'library.runResults.remove = die', false],
    ['after results and features, before the images', 'library.imageFiles.remove = die', false],
  ])(
    '%s leaves all of a dataset or nothing of it after the next start',
    { timeout: 60_000 },
    async (_, kill, stays) => {
      const folder = await temporaryFolder()
      const url = `file:${join(folder, 'shotboard.db')}`
      const first = await openTestLibrary(folder)
      const kept = await makeDataset(first, 'Kept', small)
      await compare(first, request(kept.id))
      const without = await everything(folder, url)
      const { id } = await makeDataset(first, 'Gone', { SUPPORT_POOL: 3, TEST: 4 })
      await compare(first, request(id, { seeds: [5] }))
      const before = await everything(folder, url)
      await first.close()

      await deleteAndDie(folder, id, kill)
      expect((await everything(folder, url)).recoveryMarkers).toEqual(['deleting'])
      const second = await openTestLibrary(folder)
      const after = await everything(folder, url)
      if (stays) expect(after).toEqual(before)
      else expect({ ...after, features: {} }).toEqual({ ...without, features: {} })
      expect((await compare(second, request(kept.id, { seeds: [9] }))).length).toBe(36)
    },
  )
})
