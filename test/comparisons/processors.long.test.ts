import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { OpenedLibrary } from '../../src/library/library.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { compare, countEncoded, request } from '../helpers/library-comparisons.js'
import { outsiders } from '../helpers/plugins.js'

const kind = (name: string) => ({ SHOTBOARD_PROCESSOR: name })

/** The folders of features, below those of encoders and spaces. */
async function featureFolders(folder: string): Promise<string[]> {
  const features = join(folder, 'features')
  const all = await readdir(features, { recursive: true })
  return all.filter((path) => path.split('/').length === 3).map((path) => join(features, path))
}

const processorsOf = async ({ comparisons, documentComparison }: OpenedLibrary, id: string) => ({
  comparison: (await comparisons.get(id))?.processor,
  runs: [...new Set((await documentComparison(id)).runs.map(({ processor }) => processor))],
})

test('a comparison on a machine of another kind encodes again, and what was compared before stays', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, kind('one'))
  const { id: dataset } = await makeDataset(first, 'Moved')
  const before = await compare(first, request(dataset))
  const runs = await first.comparisons.runs(before.id)
  expect(await processorsOf(first, before.id)).toEqual({ comparison: 'one', runs: ['one'] })
  await first.close()

  const second = await openTestLibrary(folder, kind('two'))
  const encoded = countEncoded(second)
  const after = await compare(second, request(dataset))
  expect(after).toMatchObject({ status: 'SUCCEEDED' })
  expect(await processorsOf(second, after.id)).toEqual({ comparison: 'two', runs: ['two'] })
  expect(await second.comparisons.runs(before.id)).toEqual(runs)
  const images = 3 * (2 + 3 + 4)
  expect(encoded()).toBe(images)
  // Of its own kind, features and results are there.
  const again = await compare(second, request(dataset))
  expect(encoded()).toBe(images)
  expect(await second.comparisons.runs(again.id)).toEqual(await second.comparisons.runs(after.id))
  await second.close()
})

test('features of earlier versions, whose kind is not known, are used', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, kind('one'))
  const { id: dataset } = await makeDataset(first, 'Upgraded')
  await compare(first, request(dataset))
  await first.close()
  for (const path of await featureFolders(folder)) await rename(path, path.replace(/@one$/, ''))

  const second = await openTestLibrary(folder, kind('two'))
  const encoded = countEncoded(second)
  const { id } = await compare(second, request(dataset, { methods: [{ method: 'prototype' }] }))
  expect(encoded()).toBe(0)
  expect(await processorsOf(second, id)).toEqual({ comparison: 'two', runs: ['two'] })
  await second.close()
})

test('a classifier takes the features that there are, of whatever kind', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder, kind('one'))
  const { id: dataset } = await makeDataset(first, 'Answered')
  await compare(first, request(dataset))
  const supportSet = await first.supportSets.create({ dataset, shots: 2, seed: 1, augmentations: 1 })
  await first.close()

  const second = await openTestLibrary(folder, kind('two'))
  const encoded = countEncoded(second)
  // The support images are features, whose kind does not matter here.
  await second.classifiers.create({ name: 'moved', supportSet: supportSet.id, method: 'prototype' })
  expect(encoded()).toBe(0)
  await second.close()
})

test('a comparison that another kind of machine began begins again', async () => {
  const folder = await temporaryFolder()
  const plugins = { SHOTBOARD_PLUGINS: await outsiders() }
  const first = await openTestLibrary(folder, { ...plugins, ...kind('one') })
  const { id: dataset } = await makeDataset(first, 'Half')
  const slow = { methods: [{ method: 'slow' }], selection: 'NONE' as const, seeds: [1, 2, 3, 4, 5, 6] }
  const { id } = await first.comparisons.compare(request(dataset, slow))
  const done = async () =>
    (await first.comparisons.runs(id)).filter(({ status }) => status === 'SUCCEEDED').length
  while ((await done()) < 2) await setTimeout(20)
  await first.close()

  const second = await openTestLibrary(folder, { ...plugins, ...kind('two') })
  expect(await second.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED' })
  expect(await processorsOf(second, id)).toEqual({ comparison: 'two', runs: ['two'] })
  await second.close()
})
