import { describe, expect, test } from 'vitest'
import { newDatabases } from '../helpers/databases.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { outsiders } from '../helpers/plugins.js'
import { compare, everything, featureCounts, names, request, small } from '../helpers/stored-state.js'

const plugins = { SHOTBOARD_PLUGINS: await outsiders() }

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
