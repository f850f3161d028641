import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSegmentedFeatures } from '../../src/datasets/segmented-features.js'
import type { FeatureAddress } from '../../src/features/feature-store.js'
import { openDatabase } from '../../src/store/database.js'
import { createFeatureSegmentRepository } from '../../src/store/feature-segments.js'
import { createFolderObjects } from '../../src/store/objects/folder-objects.js'
import { openObjectCache } from '../../src/store/objects/object-cache.js'
import { matrix } from '../../src/tensor/matrix.js'
import { atEnd } from '../helpers/at-end.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'

const address: FeatureAddress = { encoder: 'e-1', space: 'clip', recipe: 'none', dimensions: 2 }
const image = (name: string) => createHash('sha256').update(name).digest('hex')
const features = (...values: number[]) =>
  matrix(values.length, 2, Float32Array.from(values.flatMap((v) => [v, -v])))
const everything = async (ids: readonly string[]) => new Set(ids)

/** A database and objects that any number of processes share, each with a store and a cache of its own. */
async function shared() {
  const folder = await temporaryFolder()
  const database = await openDatabase(`file:${join(folder, 'db')}`)
  atEnd(database.close)
  const objects = createFolderObjects(join(folder, 'objects'))
  const segments = createFeatureSegmentRepository(database.client)
  return {
    folder: join(folder, 'objects'),
    open: async () =>
      createSegmentedFeatures({
        ...{ objects, segments },
        cache: await openObjectCache(await temporaryFolder(), 2 ** 20),
      }),
  }
}

test('what one process has written, another reads', async () => {
  const { open } = await shared()
  const [writer, reader] = [await open(), await open()]
  const images = ['a', 'b', 'c'].map(image)
  expect((await reader.read(address, images)).missing).toEqual([0, 1, 2])
  await writer.append(address, images.slice(0, 2), features(1, 2))
  expect((await writer.read(address, images)).missing).toEqual([2])
  await writer.flush()
  const found = await reader.read(address, [...images].reverse())
  expect(found.missing).toEqual([0])
  expect([...found.features.data]).toEqual([0, 0, 2, -2, 1, -1])
})

test('other spaces and recipes have features of their own', async () => {
  const { open } = await shared()
  const store = await open()
  await store.append(address, [image('a')], features(1))
  await store.flush()
  for (const other of [{ space: 'imo' }, { recipe: 'flip' }, { encoder: 'e-2' }]) {
    expect((await store.read({ ...address, ...other }, [image('a')])).missing).toEqual([0])
  }
})

test('images whose features are stored already are skipped', async () => {
  const { open, folder } = await shared()
  const store = await open()
  await store.append(address, [image('a')], features(1))
  await store.flush()
  await store.append(address, [image('a')], features(9))
  await store.flush()
  expect([...(await store.read(address, [image('a')])).features.data]).toEqual([1, -1])
  expect(await filesBelow(folder)).toHaveLength(1)
})

test('the same features, written by two processes, are one segment', async () => {
  const { open, folder } = await shared()
  for (const store of [await open(), await open()]) {
    await store.append(address, [image('a')], features(1))
    await store.flush()
  }
  expect(await filesBelow(folder)).toHaveLength(1)
})

test('a damaged segment counts as missing, and is written again', async () => {
  const { open, folder } = await shared()
  const writer = await open()
  await writer.append(address, [image('a')], features(1))
  await writer.flush()
  const [file = ''] = await filesBelow(folder)
  await writeFile(file, 'something else')
  const store = await open()
  expect((await store.read(address, [image('a')])).missing).toEqual([0])
  await store.append(address, [image('a')], features(1))
  await store.flush()
  expect((await (await open()).read(address, [image('a')])).missing).toEqual([])
})

test('keepOnly removes the features of other images, for every process', async () => {
  const { open, folder } = await shared()
  const [store, other] = [await open(), await open()]
  await store.append(address, ['a', 'b'].map(image), features(1, 2))
  await store.flush()
  await store.append(address, [image('c')], features(3))
  await store.flush()
  expect((await other.read(address, ['a', 'b', 'c'].map(image))).missing).toEqual([])
  await store.keepOnly(async () => new Set([image('b')]))
  for (const each of [store, other, await open()]) {
    const found = await each.read(address, ['a', 'b', 'c'].map(image))
    expect(found.missing).toEqual([0, 2])
    expect([...found.features.data]).toEqual([0, 0, 2, -2, 0, 0])
  }
  expect(await filesBelow(folder)).toHaveLength(1)
  await store.keepOnly(everything)
  expect(await filesBelow(folder)).toHaveLength(1)
})

test('keepOnly leaves addresses that are not affected alone', async () => {
  const { open } = await shared()
  const store = await open()
  await store.append(address, [image('a')], features(1))
  await store.keepOnly(
    async () => new Set(),
    ({ recipe }) => recipe === 'flip',
  )
  expect((await store.read(address, [image('a')])).missing).toEqual([])
})

test('each kind of processor has segments of its own', async () => {
  const { open } = await shared()
  const [store, reader] = [await open(), await open()]
  const other = { ...address, processor: 'cpu-x64-avx512' }
  await store.append(address, [image('a')], features(1))
  await store.append(other, [image('a')], features(1))
  await store.append(other, [image('b')], features(2))
  await store.flush()
  expect((await reader.read(address, ['a', 'b'].map(image))).missing).toEqual([1])
  expect((await reader.read(other, ['a', 'b'].map(image))).missing).toEqual([])
  expect(new Set(await reader.processors(address))).toEqual(new Set([undefined, 'cpu-x64-avx512']))
})
