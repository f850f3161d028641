import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import { imagePageRequest } from '../../src/store/dataset-images.js'
import { createStore } from '../../src/store/store.js'
import { atEnd } from '../helpers/at-end.js'
import { countRows } from '../helpers/counts.js'
import { newDatabases } from '../helpers/databases.js'
import { createNewRows } from './new-rows.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => veryMany(url))
}

async function veryMany(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const store = createStore(database.client, undefined, database.kind)
  const { unique, newDataset, newImage, newSupportSet, newRun, newComparison, runsOf } = createNewRows(store)

  test('datasets of very many classes are written, read and deleted while other work goes on', async () => {
    const names = Array.from({ length: 12_000 }, (_, i) => `class ${i}`)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const turnsOf = async <T>(work: Promise<T>): Promise<T> => {
      const before = turns
      const result = await work
      expect(turns - before).toBeGreaterThan(0)
      return result
    }
    try {
      const dataset = await turnsOf(newDataset(names))
      const other = await newDataset(['one', 'two'])
      const found = await turnsOf(store.datasets.classesOf([dataset.id, other.id]))
      expect(found.get(dataset.id)?.map(({ name }) => name)).toEqual(names)
      expect(found.get(other.id)?.map(({ name }) => name)).toEqual(['one', 'two'])
      await turnsOf(store.deletions.dataset(dataset.id))
      expect(await store.datasets.classes(dataset.id)).toEqual([])
      expect((await store.datasets.classes(other.id)).length).toBe(2)
    } finally {
      clearInterval(timer)
    }
  })

  test('datasets and everything else are found by 40,000 ids at once', async () => {
    const dataset = await newDataset(['one'])
    const supportSet = await newSupportSet(dataset.id)
    const run = await newRun(dataset.id)
    const many = (id: string) => [...Array.from({ length: 39_999 }, () => randomUUID()), id]
    expect((await store.datasets.getMany(many(dataset.id))).length).toBe(1)
    expect((await store.datasets.classesOf(many(dataset.id))).get(dataset.id)?.length).toBe(1)
    expect((await store.datasets.countsOf(many(dataset.id))).get(dataset.id)).toEqual([])
    expect((await store.datasetImages.classCounts(many(dataset.id))).get(dataset.id)).toEqual([])
    expect((await store.datasetImages.firstOfClasses(many(dataset.id), 1)).get(dataset.id)).toEqual([])
    expect((await store.supportSets.imagesOf(many(supportSet.id))).get(supportSet.id)?.length).toBe(3)
    expect((await store.runs.getMany(many(run.id))).length).toBe(1)
    const [comparison] = (await store.comparisons.page({ first: 1 }, { datasetId: dataset.id })).nodes
    const runs = await store.comparisons.runsOf(many(comparison?.id ?? ''))
    expect(runs.get(comparison?.id ?? '')?.length).toBe(1)
    const pages = Array.from({ length: 1000 }, (_, classIndex) =>
      imagePageRequest({ first: 1 }, { datasetId: dataset.id, classIndex }),
    )
    expect((await store.datasetImages.pages(pages)).length).toBe(1000)
  })

  test('images of very many classes are counted, shown, merged and deleted in parts, and nothing is lost', async () => {
    const names = Array.from({ length: 2600 }, (_, i) => `class ${i}`)
    const [dataset, other] = [await newDataset(names), await newDataset()]
    const images = names.flatMap((_, classIndex) =>
      (['SUPPORT_POOL', 'TEST'] as const).map((split) => newImage({ classIndex, split })),
    )
    const ofOne = Array.from({ length: 1500 }, () => newImage({ classIndex: 7, split: 'SUPPORT_POOL' }))
    await store.datasets.addImages(dataset.id, [...images, ...ofOne])
    await store.datasets.addImages(other.id, [newImage({ split: 'TEST' })])
    const counts = await store.datasetImages.classCounts([other.id, dataset.id])
    expect(counts.get(other.id)).toEqual([{ classIndex: 0, split: 'TEST', images: 1 }])
    const own = counts.get(dataset.id) ?? []
    expect([own.length, own.reduce((sum, each) => sum + each.images, 0)]).toEqual([5200, 6700])
    expect((await store.imageLists.counts({ datasetId: dataset.id })).length).toBe(5200)
    const range = { from: 2598, to: 2598 }
    expect((await store.datasetImages.classCounts([dataset.id], range)).get(dataset.id)?.length).toBe(2)
    const samples = await store.datasetImages.firstOfClasses([dataset.id], 1, 'TEST', range)
    expect(samples.get(dataset.id)?.map(({ classIndex }) => classIndex)).toEqual([2598])

    await store.datasetChanges.mergeClasses(dataset.id, 'class 7', 'class 8')
    const merged = (await store.datasetImages.classCounts([dataset.id])).get(dataset.id) ?? []
    expect(merged.filter(({ classIndex }) => classIndex === 7).map((each) => each.images)).toEqual([1502, 2])
    expect((await store.datasets.classes(dataset.id))[7]?.name).toBe('class 8')
    await store.datasetChanges.deleteClass(dataset.id, 'class 8')
    const left = await store.datasets.countsOf([dataset.id])
    expect(left.get(dataset.id)?.reduce((sum, each) => sum + each.images, 0)).toBe(5196)

    const supportImages = images.slice(0, 2500).map(({ imageId, classIndex }) => ({ imageId, classIndex }))
    const { id } = await store.supportSets.findOrCreate({
      ...{ datasetId: dataset.id, encoder: 'mini-clip', shots: 1, drawing: 'ALL', seed: 1, augmentations: 1 },
      ...{ fingerprint: unique('many'), images: supportImages },
    })
    const small = await newSupportSet(dataset.id)
    const found = await store.supportSets.imagesOf([small.id, id])
    expect(found.get(id)).toEqual(supportImages)
    expect(found.get(small.id)?.length).toBe(3)
    const { images: gone } = await store.deletions.dataset(dataset.id)
    expect(new Set(gone).size).toBe(6700)
    expect(await store.datasets.counts(other.id)).toEqual([{ split: 'TEST', images: 1 }])
  })

  test('a row of statements leaves the event loop to others', async () => {
    const { id } = await newDataset()
    let turns = 0
    const count = () => {
      turns += 1
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    for (let i = 0; i < 500; i++) await store.datasets.get(id)
    clearImmediate(timer)
    expect(turns).toBeGreaterThan(3)
  })

  test('comparisons have more runs than fit in a statement, in the order in which they were asked for', async () => {
    const { id } = await newDataset()
    const names = Array.from({ length: 1300 }, () => unique('many'))
    const { runs: before } = await countRows(database)
    const first = await store.comparisons.create(newComparison(id, names))
    const runs = await runsOf(first.id)
    expect(runs.map(({ seed }) => seed)).toEqual(names.map((_, i) => i))
    const again = await store.comparisons.create(newComparison(id, names))
    expect((await runsOf(again.id)).map((run) => run.id)).toEqual(runs.map((run) => run.id))
    expect((await countRows(database)).runs).toBe(Number(before) + 1300)
    await store.comparisons.cancel(first.id)
    expect((await store.runs.page({ first: 1 }, { datasetId: id, status: 'CANCELLED' })).totalCount).toBe(0)
    await store.comparisons.cancel(again.id)
    expect((await store.runs.page({ first: 1 }, { datasetId: id, status: 'CANCELLED' })).totalCount).toBe(
      1300,
    )
  })
}
