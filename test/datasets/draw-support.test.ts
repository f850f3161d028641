import { describe, expect, test } from 'vitest'
import { drawSupport, largestClass, poolSizes, withoutExact } from '../../src/datasets/draw-support.js'
import { openDatabase } from '../../src/store/database.js'
import { imagesPerPart } from '../../src/store/image-lists.js'
import { createStore } from '../../src/store/store.js'
import { seeded } from '../../src/system/random.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases } from '../helpers/databases.js'
import { createNewRows } from '../store/new-rows.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => draws(url))
}

async function draws(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const store = createStore(database.client, undefined, database.kind)
  const { newDataset, newImage } = createNewRows(store)
  const names = ['few', 'many']
  const id = (i: number) => i.toString(16).padStart(64, '0')

  const dataset = await newDataset(names)
  // In no order, and among images of other splits.
  const pool = [7, 3, 11, 0, 5, 9, 1, 2, 10, 8, 4, 6].map((i) =>
    newImage({ imageId: id(i), classIndex: i < 2 ? 0 : 1, split: 'SUPPORT_POOL' }),
  )
  await store.datasets.addImages(dataset.id, [...pool, newImage({ imageId: id(20), classIndex: 1 })])

  const draw = (drawing: 'EXACT' | 'AT_MOST' | 'ALL', shots: number, seed = 1, classes = names) =>
    drawSupport(store, { datasetId: dataset.id }, classes, { drawing, shots, seed })
  const ofClass = (drawn: Awaited<ReturnType<typeof draw>>, index: number) =>
    drawn.filter(({ classIndex }) => classIndex === index).map(({ imageId }) => imageId)

  test('a draw is the beginning of the shuffled ids of each class, as in every version', async () => {
    const expected = names.flatMap((name, classIndex) => {
      const ids = pool.flatMap((image) => (image.classIndex === classIndex ? [image.imageId] : [])).sort()
      const shuffled = seeded('support set', 7, name).shuffled(ids)
      return shuffled.slice(0, 2).map((imageId) => ({ imageId, classIndex }))
    })
    expect(await draw('EXACT', 2, 7)).toEqual(expected)
  })

  test('EXACT names the class that has too few', async () => {
    await expect(draw('EXACT', 4)).rejects.toThrow(expect.objectContaining({ code: 'NOT_ENOUGH_IMAGES' }))
    await expect(draw('EXACT', 4)).rejects.toThrow('"few" has 2 images')
  })

  test('AT_MOST takes all of a class with fewer, and of the others the same images as EXACT', async () => {
    const atMost = await draw('AT_MOST', 4)
    expect(ofClass(atMost, 0).toSorted()).toEqual([id(0), id(1)])
    expect(ofClass(atMost, 1)).toHaveLength(4)
    expect(await draw('AT_MOST', 2)).toEqual(await draw('EXACT', 2))
    expect(ofClass(atMost, 1).slice(0, 2)).toEqual(ofClass(await draw('EXACT', 2), 1))
    expect(ofClass(await draw('AT_MOST', 4, 2), 1)).not.toEqual(ofClass(atMost, 1))
  })

  test('ALL takes every image', async () => {
    const drawn = await draw('ALL', 0)
    expect(drawn.map(({ imageId }) => imageId).toSorted()).toEqual(
      pool.map(({ imageId }) => imageId).toSorted(),
    )
    expect(largestClass(await poolSizes(store, { datasetId: dataset.id }, 2))).toBe(10)
  })

  test('a class without images is an error however it is drawn', async () => {
    for (const drawing of ['EXACT', 'AT_MOST', 'ALL'] as const) {
      const drawn = draw(drawing, 1, 1, [...names, 'none'])
      await expect(drawn).rejects.toThrow(expect.objectContaining({ code: 'CLASS_WITHOUT_IMAGES' }))
    }
  })

  test('images that came later do not count', async () => {
    const datasetId = (await newDataset(names)).id
    const some = pool.map((image, i) => ({ ...image, classIndex: i % 2 }))
    await store.datasets.addImages(datasetId, some.slice(0, 6))
    const last = await store.datasets.lastImage([datasetId])
    const request = { drawing: 'EXACT', shots: 2, seed: 1 } as const
    const before = await drawSupport(store, { datasetId, last }, names, request)
    await store.datasets.addImages(datasetId, some.slice(6))
    expect(await drawSupport(store, { datasetId, last }, names, request)).toEqual(before)
    expect(await poolSizes(store, { datasetId, last }, 2)).toEqual([3, 3])
  })

  test('a class of very many images is drawn from as a small one', async () => {
    const datasetId = (await newDataset(['only'])).id
    const many = 4 * imagesPerPart + 50
    const ids = Array.from({ length: many }, (_, i) => id(1000 + i))
    const insert = (into: string, valuesOf: (id: string) => string) =>
      database.client.$executeRawUnsafe(`INSERT INTO ${into} VALUES ${ids.map(valuesOf).join()}`)
    await insert(
      '"Image" ("id", "width", "height", "format", "bytes")',
      (each) => `('${each}', 1, 1, 'png', 1)`,
    )
    await insert(
      '"DatasetImage" ("datasetId", "imageId", "classIndex", "split")',
      (each) => `('${datasetId}', '${each}', 0, 'SUPPORT_POOL')`,
    )
    const drawn = await drawSupport(store, { datasetId }, ['only'], { drawing: 'EXACT', shots: 3, seed: 5 })
    const expected = seeded('support set', 5, 'only').shuffled(ids).slice(0, 3)
    expect(drawn.map(({ imageId }) => imageId)).toEqual(expected)
  })
}

test('EXACT leaves no trace in a fingerprint, as in earlier versions', () => {
  expect(JSON.stringify(withoutExact({ shots: 1, drawing: 'EXACT', seed: 2 }))).toBe('{"shots":1,"seed":2}')
  expect(withoutExact({ shots: 1, drawing: 'ALL' })).toEqual({ shots: 1, drawing: 'ALL' })
})
