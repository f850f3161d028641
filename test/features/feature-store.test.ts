import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { type FeatureAddress, type FeatureStore, openFeatureStore } from '../../src/features/feature-store.js'
import { seeded } from '../../src/system/random.js'
import { type Matrix, matrix, rowOf, sliceRows } from '../../src/tensor/matrix.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'

const address: FeatureAddress = { encoder: 'mini-clip-1', space: 'clip', recipe: 'plain', dimensions: 8 }
const rowBytes = 4 * address.dimensions
const keyBytes = 32 + 4

const idOf = (i: number) => createHash('sha256').update(String(i)).digest('hex')
const idsOf = (...images: number[]) => images.map(idOf)

/** The feature of an image: any numbers, the same for the same image. */
function featuresOf(images: readonly number[], dimensions = address.dimensions): Matrix {
  const features = matrix(images.length, dimensions)
  for (const [row, image] of images.entries()) {
    const random = seeded('feature', image)
    for (let k = 0; k < dimensions; k++) rowOf(features, row)[k] = random.next() - 0.5
  }
  return features
}

const append = (store: FeatureStore, ...images: number[]) =>
  store.append(address, idsOf(...images), featuresOf(images))

/** Which of the images are stored; their features must be right. */
async function stored(store: FeatureStore, ...images: number[]): Promise<number[]> {
  const { features, missing } = await store.read(address, idsOf(...images))
  const found: number[] = []
  for (const [row, image] of images.entries()) {
    const expected = missing.includes(row)
      ? new Float32Array(address.dimensions)
      : rowOf(featuresOf([image]), 0)
    expect(rowOf(features, row)).toEqual(expected)
    if (!missing.includes(row)) found.push(image)
  }
  return found
}

/** A store with images 1, 2 and 3, closed, and its files. */
async function closedStore() {
  const folder = await temporaryFolder()
  const store = openFeatureStore(folder)
  await append(store, 1, 2, 3)
  await store.close()
  const files = await filesBelow(folder)
  const file = (name: string) => files.find((path) => path.endsWith(name)) ?? ''
  return { folder, keys: file('keys.bin'), rows: file('rows.f32') }
}

test('features are found in the order in which they are asked for, and what is missing is told', async () => {
  const store = openFeatureStore(await temporaryFolder())
  await append(store, 1, 2)
  await append(store, 3)
  expect(await stored(store, 3, 9, 1, 2, 8, 3)).toEqual([3, 1, 2, 3])
  const { missing } = await store.read(address, idsOf(3, 9, 1, 2, 8, 3))
  expect(missing).toEqual([1, 4])
  expect(await store.read(address, [])).toEqual({ features: matrix(0, 8), missing: [] })
  await store.close()
})

test('an image is stored once: its first feature stays', async () => {
  const folder = await temporaryFolder()
  const store = openFeatureStore(folder)
  await store.append(address, idsOf(1, 1, 2), featuresOf([1, 7, 2]))
  await store.append(address, idsOf(2, 3), featuresOf([8, 3]))
  await Promise.all([append(store, 4, 5), append(store, 5, 4), append(store, 6, 4)])
  expect(await stored(store, 1, 2, 3, 4, 5, 6)).toEqual([1, 2, 3, 4, 5, 6])
  await store.close()
  const rows = (await filesBelow(folder)).find((file) => file.endsWith('rows.f32')) ?? ''
  expect((await readFile(rows)).length).toBe(6 * rowBytes)
})

test('features are found again after a restart, by their own encoder, space and recipe alone', async () => {
  const { folder } = await closedStore()
  const store = openFeatureStore(folder)
  expect(await stored(store, 1, 2, 3, 4)).toEqual([1, 2, 3])
  for (const other of [
    { encoder: 'mini-clip-2' },
    { space: 'imo' },
    { space: 'imo:a' },
    { recipe: 'crop-flip-4' },
  ]) {
    expect((await store.read({ ...address, ...other }, idsOf(1, 2, 3))).missing).toEqual([0, 1, 2])
  }
  await store.close()
})

test.each([
  ['keys that end within a record', 1, 0],
  ['keys that end within a checksum', keyBytes - 1, 0],
  ['rows that end within a row', 0, 5],
  ['both ending within a record', 7, rowBytes - 1],
  ['rows whose keys never came', 0, 2 * rowBytes],
  ['keys whose rows never came', 2 * keyBytes, 0],
])('after a kill, %s are dropped, and what comes next is stored', async (_, tornKeys, tornRows) => {
  const { folder, keys, rows } = await closedStore()
  await appendFile(keys, Buffer.alloc(tornKeys, 0xaa))
  await appendFile(rows, Buffer.alloc(tornRows, 0xbb))
  const store = openFeatureStore(folder)
  expect(await stored(store, 1, 2, 3, 4, 5)).toEqual([1, 2, 3])
  await append(store, 4)
  await append(store, 3, 5)
  expect(await stored(store, 1, 2, 3, 4, 5)).toEqual([1, 2, 3, 4, 5])
  await store.close()
  const again = openFeatureStore(folder)
  expect(await stored(again, 1, 2, 3, 4, 5)).toEqual([1, 2, 3, 4, 5])
  await again.close()
})

test.each([
  ['rows', 2 * rowBytes + 4, [1, 2]],
  ['keys', 2 * keyBytes + 4, [1, 2]],
  ['rows', 0, []],
  ['keys', 0, []],
] as const)(
  'where the end of the %s is lost at byte %d, what is whole is found',
  async (which, size, whole) => {
    const files = await closedStore()
    await truncate(files[which], size)
    const store = openFeatureStore(files.folder)
    expect(await stored(store, 1, 2, 3)).toEqual(whole)
    await append(store, 1, 2, 3)
    expect(await stored(store, 1, 2, 3)).toEqual([1, 2, 3])
    await store.close()
  },
)

test('a damaged row counts as missing, and can be stored again', async () => {
  const { folder, rows } = await closedStore()
  const file = await open(rows, 'r+')
  await file.write(Buffer.from([0xff]), 0, 1, rowBytes + 3)
  await file.close()
  const store = openFeatureStore(folder)
  expect(await stored(store, 1, 2, 3)).toEqual([1, 3])
  await append(store, 1, 2, 3)
  expect(await stored(store, 1, 2, 3)).toEqual([1, 2, 3])
  await store.close()
  const again = openFeatureStore(folder)
  expect(await stored(again, 1, 2, 3)).toEqual([1, 2, 3])
  await again.close()
})

test('16,000 features of 512 dimensions are loaded whole, in any order', async () => {
  const images = 16_000
  const large = { ...address, dimensions: 512 }
  const ids = Array.from({ length: images }, (_, i) => idOf(i))
  const features = matrix(images, 512)
  for (let at = 0; at < features.data.length; at++)
    features.data[at] = ((at * 2654435761) % 2 ** 20) / 2 ** 20
  const folder = await temporaryFolder()
  const store = openFeatureStore(folder)
  for (let from = 0; from < images; from += 4000) {
    await store.append(large, ids.slice(from, from + 4000), sliceRows(features, from, from + 4000))
  }
  await store.close()

  const again = openFeatureStore(folder)
  const shuffled = seeded('order').shuffled(Array.from(ids.keys()))
  const { features: read, missing } = await again.read(
    large,
    shuffled.map((i) => ids[i] ?? ''),
  )
  expect(missing).toEqual([])
  const same = shuffled.every(
    (i, row) => Buffer.compare(bytesOf(rowOf(read, row)), bytesOf(rowOf(features, i))) === 0,
  )
  expect(same).toBe(true)
  await again.close()
})

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength)

/** Removes features of some images, which may be asked for in between. */
const forget = (store: FeatureStore, ...images: number[]) => {
  const gone = new Set(idsOf(...images))
  return store.keepOnly(async (ids) => new Set(ids.filter((id) => !gone.has(id))))
}

test('features of some images are removed, from an open store and from one that has not been read yet', async () => {
  const { folder, keys, rows } = await closedStore()
  const store = openFeatureStore(folder)
  await forget(store, 2)
  expect(await stored(store, 1, 2, 3)).toEqual([1, 3])
  await Promise.all([forget(store, 1), append(store, 4), stored(store, 3, 4)])
  expect(await stored(store, 1, 2, 3, 4)).toEqual([3, 4])
  await store.close()
  expect((await readFile(keys)).length).toBe(2 * keyBytes)
  expect((await readFile(rows)).length).toBe(2 * rowBytes)
  const again = openFeatureStore(folder)
  await append(again, 2)
  expect(await stored(again, 1, 2, 3, 4)).toEqual([2, 3, 4])
  await again.close()
})

test('removing nothing rewrites nothing; only what is wanted is looked at', async () => {
  const { folder, rows } = await closedStore()
  const store = openFeatureStore(folder)
  const before = await stat(rows)
  await forget(store, 9)
  await store.keepOnly(
    async () => new Set(),
    ({ encoder, recipe }) => encoder !== 'mini-clip-1' || recipe !== 'plain',
  )
  expect((await stat(rows)).ino).toBe(before.ino)
  expect(await stored(store, 1, 2, 3)).toEqual([1, 2, 3])
  await store.close()
})

test('rows that a kill left without a key do not disturb a removal in a store that has not been read yet', async () => {
  const { folder, rows } = await closedStore()
  await appendFile(rows, Buffer.alloc(rowBytes + 5, 1))
  const store = openFeatureStore(folder)
  await forget(store, 1)
  expect(await stored(store, 1, 2, 3)).toEqual([2, 3])
  await store.close()
})

test('a kill during a removal leaves all features, or those that were to stay', async () => {
  const { folder, keys } = await closedStore()
  const shard = dirname(keys)
  // Before the new files are whole.
  await mkdir(`${shard}.next`)
  await writeFile(`${shard}.next/rows.f32`, 'x')
  const first = openFeatureStore(folder)
  expect(await stored(first, 1, 2, 3)).toEqual([1, 2, 3])
  await first.close()
  // After that, between the two renamings.
  await cp(shard, `${shard}.old`, { recursive: true })
  await rename(shard, `${shard}.next`)
  await truncate(`${shard}.next/keys.bin`, 2 * keyBytes)
  const second = openFeatureStore(folder)
  expect(await stored(second, 1, 2, 3)).toEqual([1, 2])
  await forget(second, 1)
  expect(await stored(second, 1, 2, 3)).toEqual([2])
  await second.close()
  expect((await filesBelow(folder)).map((path) => dirname(path))).toEqual([shard, shard])
})

test('each kind of processor has features of its own, which keepOnly finds', async () => {
  const folder = await temporaryFolder()
  const store = openFeatureStore(folder)
  await append(store, 1)
  const other = { ...address, processor: 'cpu-x64-avx512' }
  await store.append(other, idsOf(1, 2), featuresOf([1, 2]))
  expect((await store.read(address, idsOf(1, 2))).missing).toEqual([1])
  expect((await store.read(other, idsOf(1, 2))).missing).toEqual([])
  expect(new Set(await store.processors(address))).toEqual(new Set([undefined, 'cpu-x64-avx512']))
  expect(await store.processors({ ...address, recipe: 'other' })).toEqual([])
  await store.keepOnly(
    async () => new Set(idsOf(2)),
    ({ recipe }) => recipe === address.recipe,
  )
  expect((await store.read(other, idsOf(1, 2))).missing).toEqual([0])
  expect((await store.read(address, idsOf(1))).missing).toEqual([0])
  await store.close()
})
