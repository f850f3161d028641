import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import { createStore } from '../../src/store/store.js'
import { seeded } from '../../src/system/random.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases } from '../helpers/databases.js'
import { createNewRows } from './new-rows.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => formerPlaces(url))
}

async function formerPlaces(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const { client } = database
  const store = createStore(client, undefined, database.kind)
  const { newDataset, newImage, newRun, result } = createNewRows(store)

  /** Measures a run on the dataset, and tells what it was measured on. */
  async function measured(id: string) {
    const run = await newRun(id)
    const images = await store.datasets.images(id, 'TEST')
    await (await store.runs.start(run.id))?.succeed(await result(id))
    await client.comparison.updateMany({ where: { datasetId: id }, data: { status: 'SUCCEEDED' } })
    return { run: run.id, images: images.map(({ imageId, classIndex }) => ({ imageId, classIndex })) }
  }

  /** The test images that the run was measured on, as the database tells now. */
  async function listOf(id: string, run: string, length: number) {
    const { testRevision } = (await store.runs.get(run)) ?? expect.fail()
    expect(testRevision).not.toBeNull()
    return (await store.formerPlaces.testImages(id, testRevision ?? 0)).slice(0, length)
  }

  test('runs know their test images, whatever becomes of the images in any order', async () => {
    for (let seed = 0; seed < 2; seed++) {
      const random = seeded('former places', seed)
      const { id } = await newDataset(['a', 'b', 'c'])
      const added = async (count: number) =>
        await store.datasets.addImages(
          id,
          Array.from({ length: count }, () =>
            newImage({ classIndex: random.integer(3), split: random.integer(2) ? 'TEST' : 'SUPPORT_POOL' }),
          ),
        )
      await added(9)
      const known = [await measured(id)]
      const changes: string[] = []
      const labelled = async () =>
        random
          .shuffled(await store.datasets.images(id))
          .slice(0, 1 + random.integer(3))
          .map(({ imageId }) => imageId)
      const className = () => ['a', 'b', 'c'][random.integer(3)] ?? 'a'
      for (let step = 0; step < 15; step++) {
        const images = await labelled()
        const split = random.integer(2) ? 'TEST' : 'VALIDATION'
        const steps: (() => Promise<{ change?: string | null } | number | null>)[] = [
          () => store.datasetChanges.moveImages(id, images, { className: className(), split }),
          () => store.datasetChanges.moveImages(id, images, { className: className() }),
          () => store.datasetChanges.removeImages(id, images),
          () => store.datasetChanges.unlabelImages(id, images),
          async () => {
            const some = (await store.unlabelledImages.ids(id)).slice(0, 2)
            if (some.length === 0) return null
            return store.unlabelledImages.label(id, some, { className: className(), split })
          },
          () => added(2),
          async () => {
            const change = changes.pop()
            // Not every change can be undone after others.
            if (change)
              await store.recordedChanges.undo(change).catch(({ code }) => expect(code).toBe('CANNOT_UNDO'))
            return null
          },
        ]
        if (images.length > 0 || step > 5) {
          const made =
            await steps[
              random.integer(images.length > 0 ? steps.length : 2) + (images.length > 0 ? 0 : 4)
            ]?.()
          if (typeof made === 'object' && made?.change) changes.push(made.change)
        }
        if (random.integer(3) === 0) known.push(await measured(id))
        if (step % 5 < 4) continue
        for (const { run, images: expected } of known) {
          expect(await listOf(id, run, expected.length)).toEqual(expected)
        }
      }
      expect(await client.formerPlace.count({ where: { datasetId: id } })).toBeGreaterThan(0)
    }
  })

  test('images come back to their places when a change is undone right away, also the last one of the dataset', async () => {
    const { id } = await newDataset()
    await store.datasets.addImages(id, [newImage(), newImage(), newImage({ classIndex: 1 })])
    const before = await measured(id)
    const last = before.images.at(-1)?.imageId ?? ''
    const { change } = await store.datasetChanges.removeImages(id, [last])
    const between = await measured(id)
    await store.recordedChanges.undo(change ?? '')
    const after = await measured(id)
    expect(after.images).toEqual(before.images)
    expect(between.images).toHaveLength(2)
    for (const { run, images } of [before, between, after]) {
      expect(await listOf(id, run, images.length)).toEqual(images)
      // Whoever was not there then is not even at the end.
      expect(await listOf(id, run, 9)).toEqual(images)
    }
  })

  test('nothing is kept of a dataset that no run was measured on, or that is deleted', async () => {
    const { id } = await newDataset()
    await store.datasets.addImages(id, [newImage(), newImage()])
    const [first] = await store.datasets.images(id)
    await store.datasetChanges.removeImages(id, [first?.imageId ?? ''])
    const kept = () => client.formerPlace.count({ where: { datasetId: id } })
    expect(await kept()).toBe(0)
    const { images } = await measured(id)
    await store.datasetChanges.removeImages(id, [images[0]?.imageId ?? ''])
    expect(await kept()).toBe(1)
    await store.deletions.dataset(id)
    expect(await kept()).toBe(0)
  })
}
