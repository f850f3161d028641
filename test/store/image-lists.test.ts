import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import type { NewImage } from '../../src/store/datasets.js'
import { imagesPerPart } from '../../src/store/image-lists.js'
import { createStore } from '../../src/store/store.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases } from '../helpers/databases.js'
import { createNewRows } from './new-rows.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => imageLists(url))
}

async function imageLists(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const { client } = database
  const store = createStore(client, undefined, database.kind)
  const { newDataset, newImage } = createNewRows(store)

  /** Counts rows, which the store no longer does. */
  async function counted(datasetId: string) {
    const rows = await client.datasetImage.groupBy({
      by: ['classIndex', 'split'],
      where: { datasetId },
      _count: { _all: true },
    })
    return sorted(rows.map(({ _count, ...row }) => ({ ...row, images: _count._all })))
  }
  const sorted = <T extends { classIndex: number; split: string }>(rows: readonly T[]) =>
    rows.toSorted((a, b) => a.classIndex - b.classIndex || (a.split < b.split ? -1 : 1))

  async function filled(classes = ['a', 'b', 'c']) {
    const { id } = await newDataset(classes)
    const images = Array.from({ length: 24 }, (_, i) =>
      newImage({ classIndex: i % classes.length, split: i % 5 === 0 ? 'TEST' : 'SUPPORT_POOL' }),
    )
    await store.datasets.addImages(id, images)
    return { id, images, ids: images.map(({ imageId }) => imageId) }
  }

  test('counts follow every change of a dataset', async () => {
    const { id, ids } = await filled()
    const { id: other } = await filled()
    const before = await counted(other)
    const changes: (() => Promise<unknown>)[] = [
      () => store.datasets.addImages(id, [newImage({ classIndex: 2, split: 'VALIDATION' })]),
      () => store.datasetChanges.moveImages(id, ids.slice(0, 4), { className: 'c', split: 'VALIDATION' }),
      () => store.datasetChanges.unlabelImages(id, ids.slice(2, 9)),
      () => store.unlabelledImages.label(id, ids.slice(5, 7), { className: 'b', split: 'TEST' }),
      () => store.datasetChanges.removeImages(id, ids.slice(10, 15)),
      () => store.datasetChanges.mergeClasses(id, 'a', 'b'),
      () => store.datasetChanges.deleteClass(id, 'b'),
    ]
    for (const change of changes) {
      await change()
      const expected = await counted(id)
      expect(sorted(await store.imageLists.counts({ datasetId: id }))).toEqual(expected)
      expect((await store.datasetImages.classCounts([id])).get(id)).toHaveLength(expected.length)
      const images = (await store.datasets.counts(id)).reduce((sum, each) => sum + each.images, 0)
      expect(images).toBe(await client.datasetImage.count({ where: { datasetId: id } }))
    }
    expect(sorted(await store.imageLists.counts({ datasetId: other }))).toEqual(before)
    await store.deletions.dataset(id)
    expect(await client.imageCount.count({ where: { datasetId: id } })).toBe(0)
  })

  test('counts up to a position and of a split leave out the others', async () => {
    const { id, images } = await filled()
    const last = await store.datasets.lastImage([id])
    const before = await counted(id)
    await store.datasets.addImages(id, [newImage({ classIndex: 0 }), newImage({ classIndex: 1 })])
    expect(sorted(await store.imageLists.counts({ datasetId: id, last }))).toEqual(before)
    const tests = await store.imageLists.counts({ datasetId: id, split: 'TEST', last })
    expect(tests.reduce((sum, each) => sum + each.images, 0)).toBe(
      images.filter(({ split }) => split === 'TEST').length,
    )
    expect(await store.imageLists.counts({ datasetId: 'a\0b' })).toEqual([])
  })

  test('a change that undoes another gives a new version, an addition does not change the version of earlier images', async () => {
    const { id, ids } = await filled()
    const versions = [await store.imageLists.version({ datasetId: id })]
    const [first] = ids
    for (const split of ['VALIDATION', 'TEST'] as const) {
      await store.datasetChanges.moveImages(id, [first ?? ''], { split })
      versions.push(await store.imageLists.version({ datasetId: id }))
    }
    expect(new Set(versions.map(({ revision }) => revision)).size).toBe(3)
    const last = versions[0]?.last ?? 0
    await store.datasets.addImages(id, [newImage()])
    expect(await store.imageLists.version({ datasetId: id, last })).toEqual(versions[2])
    expect((await store.imageLists.version({ datasetId: id })).last).toBeGreaterThan(last)
    const [row] = await client.datasetImage.findMany({ where: { datasetId: id }, take: 1 })
    if (!row) throw new Error('no image')
    await client.datasetImage.delete({ where: { position: row.position } })
    const without = await store.imageLists.version({ datasetId: id, last })
    await client.datasetImage.create({ data: row })
    expect((await store.imageLists.version({ datasetId: id, last })).revision).toBeGreaterThan(
      without.revision,
    )
    expect(await store.imageLists.version({ datasetId: 'nobody' })).toEqual({ revision: 0, last: 0 })
  })

  test('a list longer than a part is read in parts, each image once and in order', async () => {
    const { id } = await newDataset(['a'])
    const images: NewImage[] = Array.from({ length: imagesPerPart + 10 }, () => newImage({ split: 'TEST' }))
    await store.datasets.addImages(id, images)
    const expected = images.map(({ imageId, classIndex, split }) => ({ imageId, classIndex, split }))
    expect(await store.datasets.images(id, 'TEST')).toEqual(expected)
    expect(await store.datasets.images(id, 'VALIDATION')).toEqual([])
    const list = { datasetId: id, split: 'TEST' } as const
    const first = await store.imageLists.idsOfClass(list, 0, '')
    const second = await store.imageLists.idsOfClass(list, 0, first?.last ?? '')
    const ids = [first, second].flatMap((part) => part?.text.split(',') ?? [])
    expect(ids.toSorted()).toEqual(images.map(({ imageId }) => imageId).toSorted())
    expect(await store.imageLists.idsOfClass(list, 0, second?.last ?? '')).toBeNull()
  })
}
