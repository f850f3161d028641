import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createDatasetContents } from '../../src/datasets/dataset-contents.js'
import { openDatabase } from '../../src/store/database.js'
import type { DatasetImageRow, NewImage } from '../../src/store/datasets.js'
import { createStore } from '../../src/store/store.js'
import { fingerprintOf } from '../../src/system/fingerprint.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases } from '../helpers/databases.js'
import { createNewRows } from '../store/new-rows.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => hashes(url))
}

async function hashes(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const store = createStore(database.client, undefined, database.kind)
  const { newDataset, newImage } = createNewRows(store)
  const { fingerprint, fingerprintsOf } = createDatasetContents(store)

  let made = 0
  const newId = () => createHash('sha256').update(`${made++}`).digest('hex')
  const names = Array.from({ length: 12 }, (_, i) => `class ${i}`)
  const splits = ['SUPPORT_POOL', 'TEST', 'VALIDATION'] as const
  const someImages = () =>
    Array.from({ length: 100 }, (_, i) =>
      newImage({ imageId: newId(), classIndex: (i * 7) % 12, split: splits[i % 3] ?? 'TEST' }),
    )
  const placeOf = ({ imageId, classIndex, split }: NewImage) => ({ imageId, classIndex, split })
  const classesOf = async (datasetId: string) => await store.datasets.classes(datasetId)

  async function filled() {
    const { id } = await newDataset(names)
    const images = someImages()
    await store.datasets.addImages(id, images)
    return { id, images }
  }

  /** As earlier versions computed it from rows. */
  async function fromRows(id: string, images: readonly DatasetImageRow[]): Promise<string> {
    const content = {
      classes: (await classesOf(id)).map(({ name, prompts }) => ({ name, prompts })),
      images: images.map(({ split, classIndex, imageId }) => `${split} ${classIndex} ${imageId}`).sort(),
    }
    return createHash('sha256').update(JSON.stringify(content)).digest('hex')
  }

  test('a fingerprint is the SHA-256 of the sorted rows, as in every version', async () => {
    const { id, images } = await filled()
    expect(await fingerprint(id)).toBe(await fromRows(id, images))
    expect(await fingerprint((await newDataset(['a'])).id)).not.toBe(await fingerprint(id))
  })

  test('a fingerprint does not depend on the order of images, and follows every change', async () => {
    const { id, images } = await filled()
    const { id: other } = await newDataset(names)
    await store.datasets.addImages(other, images.toReversed())
    expect(await fingerprint(other)).toBe(await fingerprint(id))

    const last = await store.datasets.lastImage([id])
    const seen = [await fingerprint(id)]
    const [first, second, third] = images as [NewImage, NewImage, NewImage]
    const changes = [
      () => store.datasets.setPrompts(id, new Map([[0, ['another']]])),
      () => store.datasetChanges.moveImages(id, [first.imageId], { className: 'class 5' }),
      () => store.datasetChanges.moveImages(id, [second.imageId], { split: 'VALIDATION' }),
      () => store.datasetChanges.unlabelImages(id, [third.imageId]),
      () => store.datasets.addImages(id, someImages()),
    ]
    for (const change of changes) {
      await change()
      const now = await fingerprint(id)
      expect(seen).not.toContain(now)
      const rows = await store.datasets.images(id)
      expect(now).toBe(await fromRows(id, rows))
      seen.push(now)
    }
    // Images that came later do not count.
    expect(await fingerprint(id, last)).toBe(seen.at(-2))
  })

  test('lists are hashed as the JSON of their rows, as in every version', async () => {
    const [own, other] = [await filled(), await filled()]
    const classes = await classesOf(own.id)
    const indices = Int32Array.from(names, (_, i) => 11 - i)
    const tests = other.images.filter(({ split }) => split === 'TEST')
    const lists = [
      { datasetId: own.id },
      { datasetId: other.id, split: 'TEST', indices } as const,
      null,
      { datasetId: 'nobody' },
    ]
    const expected = ['x', 'y'].map((encoder) =>
      fingerprintOf([
        encoder,
        classes,
        own.images.map(placeOf),
        tests.map((image) => ({ ...placeOf(image), classIndex: 11 - image.classIndex })),
        null,
        [],
      ]),
    )
    const beginnings = [
      ['x', classes],
      ['y', classes],
    ]
    expect(await fingerprintsOf(beginnings, lists)).toEqual(expected)
    expect(await fingerprintsOf(beginnings, lists)).toEqual(expected)
    await store.datasetChanges.moveImages(other.id, [tests[0]?.imageId ?? ''], { className: 'class 1' })
    const [again, changed] = [
      await fingerprintsOf(beginnings, [lists[0] ?? null]),
      await fingerprintsOf(beginnings, lists),
    ]
    expect(again).not.toEqual(expected)
    expect(changed).not.toEqual(expected)
  })
}
