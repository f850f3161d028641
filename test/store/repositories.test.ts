import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import type { NewImage } from '../../src/store/datasets.js'
import { createStore } from '../../src/store/store.js'
import { atEnd } from '../helpers/at-end.js'
import { countRows } from '../helpers/counts.js'
import { newDatabases } from '../helpers/databases.js'
import { createNewRows } from './new-rows.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => repositories(url))
}

async function repositories(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const store = createStore(database.client, undefined, database.kind)

  const { unique, newDataset, newImage, request, newComparison, runsOf, newRun, result, newSupportSet } =
    createNewRows(store)

  describe('datasets', () => {
    test('are found by id and by name with their classes in order', async () => {
      const names = Array.from({ length: 600 }, (_, i) => `class ${i} ✓ ${'"'}`)
      const dataset = await newDataset(names)
      expect(await store.datasets.getMany([dataset.id])).toEqual([dataset])
      expect(await store.datasets.findByName(dataset.name)).toEqual(dataset)
      const classes = await store.datasets.classes(dataset.id)
      expect(classes).toMatchObject(names.map((name, index) => ({ index, name, prompts: [`a ${name}.`] })))
    })

    test('that are not there are not found, whatever their id', async () => {
      expect(await store.datasets.getMany(['', 'a\0b', '%', 'ü'.repeat(5000)])).toEqual([])
      expect(await store.datasets.findByName('nobody')).toBeNull()
      expect(await store.datasets.classesOf(['x'])).toEqual(new Map([['x', []]]))
    })

    test('have names of their own', async () => {
      const { name } = await newDataset()
      await expect(store.datasets.create(name, [])).rejects.toThrow()
    })

    test('show the first images of every class, and how many there are', async () => {
      const [dataset, other] = [await newDataset(), await newDataset()]
      const more = [{}, { classIndex: 1 }, {}, { split: 'TEST' as const }]
      const images = more.map((each) => newImage({ split: 'SUPPORT_POOL', ...each }))
      await store.datasets.addImages(dataset.id, images)
      const ids = images.map(({ imageId }) => imageId)
      const samples = await store.datasetImages.firstOfClasses([dataset.id, other.id], 2)
      expect(samples.get(dataset.id)?.map(({ imageId }) => imageId)).toEqual([ids[0], ids[2], ids[1]])
      expect(samples.get(other.id)).toEqual([])
      const counts = await store.datasetImages.classCounts([dataset.id])
      const sum = counts.get(dataset.id)?.reduce((total, count) => total + count.images, 0)
      expect([sum, counts.get(dataset.id)?.length]).toEqual([4, 3])
    })

    test('keep images in the order in which they came, each once', async () => {
      const [{ id }, other] = [await newDataset(), await newDataset()]
      const images = ['z', 'a', 'm'].map((prefix) => newImage({ imageId: unique(prefix), classIndex: 1 }))
      const [first] = images
      const twice = { ...newImage(first), split: 'VALIDATION' as const }
      expect(await store.datasets.addImages(id, [...images, twice])).toBe(3)
      expect(await store.datasets.addImages(id, [newImage(first), newImage({ split: 'SUPPORT_POOL' })])).toBe(
        1,
      )
      expect(await store.datasets.addImages(other.id, images)).toBe(3)

      const ids = (rows: readonly { imageId: string }[]) => rows.map(({ imageId }) => imageId)
      expect(ids(await store.datasets.images(id)).slice(0, 3)).toEqual(ids(images))
      expect(ids(await store.datasets.images(id, 'TEST'))).toEqual(ids(images))
      expect(await store.datasets.images(id, 'VALIDATION')).toEqual([])
      const counts = (await store.datasets.countsOf([id, other.id])).get(id) ?? []
      expect(counts).toHaveLength(2)
      expect(counts).toEqual(
        expect.arrayContaining([
          { split: 'TEST', images: 3 },
          { split: 'SUPPORT_POOL', images: 1 },
        ]),
      )
    })

    test('take more images than fit in a statement, and all or none of them', async () => {
      const { id } = await newDataset()
      const images = Array.from({ length: 1200 }, () => newImage())
      expect(await store.datasets.addImages(id, images)).toBe(1200)
      const before = await countRows(database)
      const last = newImage({ split: 'NONE' as never })
      const more = Array.from({ length: 1200 }, () => newImage())
      await expect(store.datasets.addImages(id, [...more, last])).rejects.toThrow()
      expect(await countRows(database)).toEqual(before)
      expect((await store.images.getMany(images.map(({ imageId }) => imageId))).length).toBe(1200)
    })

    test('lose, merge, rename and gain classes, whose images and conflicts follow', async () => {
      const { id } = await newDataset(['a', 'b', 'c', 'd'])
      const images = [0, 1, 2, 3].map((classIndex) => newImage({ classIndex }))
      const ids = images.map(({ imageId }) => imageId)
      const again = { ...(images[3] as NewImage), classIndex: 2 }
      const { added, conflicts } = await store.datasets.importImages(id, [...images, again, again])
      expect([added, conflicts.map(({ at, error }) => [at, error.code])]).toEqual([
        4,
        [
          [4, 'LABEL_CONFLICT'],
          [5, 'LABEL_CONFLICT'],
        ],
      ])
      const conflictsOf = async () =>
        ((await store.labelConflicts.conflictsOf([id])).get(id) ?? []).map(
          ({ imageId, classIndex, otherIndex }) => ({ imageId, classIndex, otherIndex }),
        )
      expect(await conflictsOf()).toEqual([{ imageId: ids[3], classIndex: 3, otherIndex: 2 }])

      await store.datasetChanges.deleteClass(id, 'a')
      expect(await store.recordedChanges.forget({ datasetId: id })).toEqual([ids[0]])
      expect(await conflictsOf()).toEqual([{ imageId: ids[3], classIndex: 2, otherIndex: 1 }])
      await store.datasetChanges.mergeClasses(id, 'b', 'd')
      await store.datasetChanges.renameClass(id, 'c', {
        name: 'e',
        prompts: ['new'],
        from: (name) => [`a ${name}.`],
      })
      await store.datasetChanges.addClass(id, { name: 'b', prompts: ['b'] })
      expect(await store.datasets.classes(id)).toMatchObject([
        { index: 0, name: 'e', prompts: ['new'] },
        { index: 1, name: 'd', prompts: ['a d.'] },
        { index: 2, name: 'b', prompts: ['b'] },
      ])
      const rows = [1, 0, 1].map((classIndex, i) => ({ imageId: ids[i + 1], classIndex, split: 'TEST' }))
      expect(await store.datasets.images(id)).toEqual(rows)
      expect(await conflictsOf()).toEqual([{ imageId: ids[3], classIndex: 1, otherIndex: 0 }])
      await store.datasetChanges.moveImages(id, ids.slice(3), { className: 'b', split: 'VALIDATION' })
      expect((await store.datasets.images(id)).at(-1)).toMatchObject({ classIndex: 2, split: 'VALIDATION' })
      expect(await conflictsOf()).toEqual([])
    })

    test('keep large changes in parts, and undo them wholly', async () => {
      const names = Array.from({ length: 2500 }, (_, i) => `class ${i} "\\ ✓`)
      const dataset = await newDataset(names)
      const { id } = dataset
      const classes = await store.datasets.classes(id)
      const prompts = names.map((name) => ({ name, prompts: [`new ${name}`, 'a'] }))
      const { change } = await store.datasetChanges.setPrompts(id, prompts)
      const after = await store.datasets.classes(id)
      expect(after.map((each) => each.id)).toEqual(classes.map((each) => each.id))
      expect(after[2499]).toMatchObject({ name: names[2499], prompts: [`new ${names[2499]}`, 'a'] })
      const parts = await database.client.changePart.count({ where: { changeId: change ?? '' } })
      expect(parts).toBe(2)

      const images = names.map((_, classIndex) => newImage({ classIndex }))
      await store.datasets.addImages(id, images)
      const before = await store.datasets.images(id)
      const ids = images.map(({ imageId }) => imageId)
      const moved = await store.datasetChanges.moveImages(id, ids, {
        className: names[7],
        split: 'VALIDATION',
      })
      expect(await store.datasets.images(id, 'TEST')).toEqual([])
      await store.recordedChanges.undo(moved.change ?? '')
      expect(await store.datasets.images(id)).toEqual(before)

      const { change: deletion } = await store.datasetChanges.deleteClass(id, names[0] ?? '')
      const rest = await store.datasets.classes(id)
      expect(rest.map((each) => each.id)).toEqual(classes.slice(1).map((each) => each.id))
      expect(rest.map(({ index }) => index)).toEqual(rest.map((_, i) => i))
      expect((await store.datasets.images(id)).at(-1)).toMatchObject({ classIndex: 2498 })
      await store.recordedChanges.undo(deletion ?? '')
      expect(await store.datasets.images(id)).toEqual(before)
      expect(await store.datasets.classes(id)).toEqual(after)
      await database.client.datasetChange.deleteMany({ where: { id: change ?? '' } })
      expect(await database.client.changePart.count({ where: { changeId: change ?? '' } })).toBe(0)
    })

    test('undo new prompts of very many classes, unless one has changed since', async () => {
      const names = Array.from({ length: 1500 }, (_, i) => `class ${i}`)
      const { id } = await newDataset(names)
      const classes = await store.datasets.classes(id)
      const given = names.map((name) => ({ name, prompts: [`the ${name}`] }))
      const { change } = await store.datasetChanges.setPrompts(id, given)
      const other = await store.datasetChanges.setPrompts(id, [{ name: 'class 1400', prompts: ['x'] }])
      await expect(store.recordedChanges.undo(change ?? '')).rejects.toMatchObject({ code: 'CANNOT_UNDO' })
      await store.recordedChanges.undo(other.change ?? '')
      await store.recordedChanges.undo(change ?? '')
      expect(await store.datasets.classes(id)).toEqual(classes)
    })

    test('take the same images at once', async () => {
      const [{ id }, other] = [await newDataset(), await newDataset()]
      const images = Array.from({ length: 5 }, () => newImage())
      const added = await Promise.all([
        store.datasets.addImages(id, images),
        store.datasets.addImages(other.id, [newImage()]),
      ])
      expect(added).toEqual([5, 1])
    })
  })

  describe('support sets', () => {
    test('are made once for a fingerprint, even by many at once', async () => {
      const { id } = await newDataset()
      const fingerprint = unique('drawn')
      const sets = await Promise.all(Array.from({ length: 4 }, () => newSupportSet(id, fingerprint)))
      expect(new Set(sets.map((set) => set.id)).size).toBe(1)
      expect(await store.supportSets.getMany([sets[0]?.id ?? ''])).toMatchObject([
        { shots: 2, seed: -(2 ** 31) },
      ])
    })

    test('keep their images in the order in which they were drawn', async () => {
      const { id } = await newDataset()
      const set = await newSupportSet(id)
      const images = await store.supportSets.images(set.id)
      expect(images?.map(({ imageId }) => imageId)).toEqual(['z', 'a', 'm'])
    })
  })

  describe('runs', () => {
    test('begin queued, run, and end with a result', async () => {
      const dataset = await newDataset()
      const run = await newRun(dataset.id)
      expect(await run.find()).toMatchObject({
        ...request(dataset.id, { seed: 0 }),
        status: 'QUEUED',
        progress: 0,
        result: null,
        finishedAt: null,
      })
      const attempt = await store.runs.start(run.id)
      await attempt?.progress(0.5)
      expect(await run.find()).toMatchObject({ status: 'RUNNING', progress: 0.5 })
      const measured = await result(dataset.id)
      expect(await attempt?.succeed(measured)).toBe(true)
      const ended = await run.find()
      expect(ended).toMatchObject({ status: 'SUCCEEDED', progress: 1, error: null, result: measured })
      expect(ended?.finishedAt).toBeInstanceOf(Date)
    })

    test('that have succeeded stay so', async () => {
      const { id } = await newDataset()
      const run = await newRun(id)
      const attempt = await store.runs.start(run.id)
      await attempt?.succeed(await result(id))
      const ended = await run.find()
      expect(await store.runs.start(run.id)).toBe(null)
      await attempt?.progress(0.1)
      await attempt?.fail({ error: 'too late', errorCode: 'INTERNAL_SERVER_ERROR' })
      await run.cancel()
      expect(await run.find()).toEqual(ended)
    })

    test('that failed say why, and are not made again', async () => {
      const run = await newRun((await newDataset()).id)
      const attempt = await store.runs.start(run.id)
      await attempt?.fail({ error: 'no luck', errorCode: 'INTERNAL_SERVER_ERROR' })
      expect(await run.find()).toMatchObject({
        status: 'FAILED',
        error: 'no luck',
        finishedAt: expect.any(Date),
      })
      const failed = await run.find()
      expect(await store.runs.start(run.id)).toBe(null)
      expect(await run.find()).toEqual(failed)
    })

    test('that are made again go on from where they were, and never back', async () => {
      const run = await newRun((await newDataset()).id)
      for (const progress of [0.5, 0.25]) {
        await (await store.runs.start(run.id))?.progress(progress)
        expect(await run.find()).toMatchObject({ status: 'RUNNING', progress: 0.5 })
      }
    })

    test('tell how long their search is expected to take, until they are made again', async () => {
      const run = await newRun((await newDataset()).id)
      const slept = await store.runs.start(run.id)
      await slept?.estimate(222_000)
      expect(await run.find()).toMatchObject({ estimatedSearchMs: 222_000 })
      await store.runs.start(run.id)
      await slept?.estimate(1000)
      expect(await run.find()).toMatchObject({ estimatedSearchMs: null })
    })

    test('take nothing from an attempt after another has started', async () => {
      const { id } = await newDataset()
      const run = await newRun(id)
      const slept = await store.runs.start(run.id)
      const latest = await store.runs.start(run.id)
      expect(await slept?.isCurrent()).toBe(false)
      await slept?.progress(0.5)
      await slept?.fail({ error: 'it woke up late', errorCode: 'INTERNAL_SERVER_ERROR' })
      expect(await slept?.succeed(await result(id))).toBe(false)
      expect(await run.find()).toMatchObject({ status: 'RUNNING', progress: 0, error: null })
      expect(await latest?.isCurrent()).toBe(true)
      expect(await latest?.succeed(await result(id))).toBe(true)
      expect(await latest?.isCurrent()).toBe(false)
    })

    test('that were cancelled take no result any more, and never start again', async () => {
      const { id } = await newDataset()
      const run = await newRun(id)
      const attempt = await store.runs.start(run.id)
      await run.cancel()
      expect(await attempt?.succeed(await result(id))).toBe(false)
      expect(await run.find()).toMatchObject({ status: 'CANCELLED', result: null })
      expect(await store.runs.start(run.id)).toBe(null)
      expect(await run.find()).toMatchObject({ status: 'CANCELLED' })
    })

    test('are paged by dataset, method and status, newest first', async () => {
      const { id } = await newDataset()
      const fingerprints = Array.from({ length: 5 }, () => unique('paged'))
      const comparison = await store.comparisons.create(newComparison(id, fingerprints))
      const ids = (await runsOf(comparison.id)).map((run) => run.id)
      await store.runs.start(ids[0] ?? '')
      const filter = { datasetId: id, method: 'tip-adapter', status: 'QUEUED' } as const
      const first = await store.runs.page({ first: 3 }, filter)
      expect(first.nodes.map((run) => run.id)).toEqual(ids.slice(2).reverse())
      expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } })
      const rest = await store.runs.page({ first: 3, after: first.pageInfo.endCursor }, filter)
      expect(rest.nodes.map((run) => run.id)).toEqual(ids.slice(1, 2))
      expect(rest.pageInfo.hasNextPage).toBe(false)
      expect((await store.runs.page({ first: 1 }, { ...filter, method: 'tip-x' })).totalCount).toBe(0)
    })
  })

  describe('comparisons', () => {
    test('take runs that have succeeded or are to come, and make those anew that have not', async () => {
      const { id } = await newDataset()
      const names = ['succeeded', 'queued', 'running', 'failed', 'cancelled'].map(unique)
      const dropped = await store.comparisons.create(newComparison(id, names.slice(4)))
      await store.comparisons.cancel(dropped.id)
      const first = await store.comparisons.create(newComparison(id, names.slice(0, 4)))
      const [succeeded, , running, failed] = (await runsOf(first.id)).map((run) => run.id)
      await store.runs.start(running ?? '')
      await (await store.runs.start(succeeded ?? ''))?.succeed(await result(id))
      await (await store.runs.start(failed ?? ''))?.fail({
        error: 'no luck',
        errorCode: 'INTERNAL_SERVER_ERROR',
      })

      const fresh = unique('fresh')
      const second = await store.comparisons.create(newComparison(id, [fresh, ...names.toReversed()]))
      const [before, after] = [await runsOf(first.id), await runsOf(second.id)]
      const known = new Map(before.map((run) => [run.id, run.status]))
      expect(after.map((run) => known.get(run.id))).toEqual([
        undefined,
        undefined,
        undefined,
        'RUNNING',
        'QUEUED',
        'SUCCEEDED',
      ])
    })

    test('that are cancelled take with them the runs that no other waits for', async () => {
      const { id } = await newDataset()
      const [shared, own, done] = [unique('shared'), unique('own'), unique('done')]
      const first = await store.comparisons.create(newComparison(id, [shared, own, done]))
      const second = await store.comparisons.create(newComparison(id, [shared, done]))
      const last = (await runsOf(first.id))[2]?.id ?? ''
      await (await store.runs.start(last))?.succeed(await result(id))

      const statuses = async (comparison: string) => (await runsOf(comparison)).map(({ status }) => status)
      await store.comparisons.cancel(first.id)
      expect(await statuses(first.id)).toEqual(['QUEUED', 'CANCELLED', 'SUCCEEDED'])
      const cancelled = await store.comparisons.getMany([first.id])
      expect(cancelled).toMatchObject([{ status: 'CANCELLED', finishedAt: expect.any(Date) }])
      await store.comparisons.cancel(second.id)
      expect(await statuses(second.id)).toEqual(['CANCELLED', 'SUCCEEDED'])
      await store.comparisons.cancel(first.id)
      expect(await store.comparisons.getMany([first.id])).toEqual(cancelled)
    })

    test('change until they have ended', async () => {
      const { id } = await newDataset()
      const comparison = await store.comparisons.create(newComparison(id, [unique('run')]))
      expect(comparison).toMatchObject({ status: 'QUEUED', progress: 0, error: null, finishedAt: null })
      await store.comparisons.update(comparison.id, { status: 'RUNNING' })
      for (const progress of [0.3, 0.2]) await store.comparisons.progress(comparison.id, progress)
      await store.comparisons.update(comparison.id, {
        status: 'FAILED',
        error: 'no luck',
        finishedAt: new Date(),
      })
      await store.comparisons.update(comparison.id, { status: 'RUNNING', progress: 0.9, error: null })
      expect(await store.comparisons.getMany([comparison.id])).toMatchObject([
        { status: 'FAILED', progress: 0.3, error: 'no luck' },
      ])
    })

    test('that have not ended are found, the oldest first', async () => {
      const { id } = await newDataset()
      const create = () => store.comparisons.create(newComparison(id, [unique('run')]))
      const all = [await create(), await create(), await create(), await create()]
      await store.comparisons.update(all[1]?.id ?? '', { status: 'SUCCEEDED' })
      await store.comparisons.update(all[2]?.id ?? '', { status: 'RUNNING' })
      const found = (await store.comparisons.unfinished()).filter(({ datasetId }) => datasetId === id)
      expect(found.map((each) => each.id)).toEqual([all[0], all[2], all[3]].map((each) => each?.id))
    })

    test('are found again by what was asked for, unless they came to nothing', async () => {
      const { id } = await newDataset()
      const wanted = newComparison(id, [unique('run')])
      const create = () => store.comparisons.create(wanted)
      const find = async () => (await store.comparisons.findByFingerprint(wanted.fingerprint))?.id
      expect(await find()).toBeUndefined()
      const [older, newer] = [await create(), await create()]
      expect(await find()).toBe(newer.id)
      await store.comparisons.update(newer.id, { status: 'FAILED' })
      expect(await find()).toBe(older.id)
      await store.comparisons.update(older.id, { status: 'SUCCEEDED' })
      expect(await find()).toBe(older.id)
    })
  })
}
