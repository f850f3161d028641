import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'

const library = await openTestLibrary(await temporaryFolder())
const source = await makeDataset(library, 'Sharp')

const imagesOf = (id: string) => library.store.datasets.images(id)

test('a shifted copy has the classes of its source and as many test images, each shifted', async () => {
  const { dataset, added } = await library.shift({ dataset: source.id, kind: 'blur', strength: 2 })
  expect(dataset.name).toBe('Sharp, blur 2')
  expect(added).toBe(12)
  const classes = await library.store.datasets.classesOf([source.id, dataset.id])
  const without = (id: string) => classes.get(id)?.map(({ id: _, ...each }) => each)
  expect(without(dataset.id)).toEqual(without(source.id))
  const [originals, shifted] = [
    await library.store.datasets.images(source.id, 'TEST'),
    await imagesOf(dataset.id),
  ]
  expect(shifted.map(({ classIndex, split }) => [classIndex, split])).toEqual(
    originals.map(({ classIndex }) => [classIndex, 'TEST']),
  )
  const known = new Set((await imagesOf(source.id)).map(({ imageId }) => imageId))
  expect(shifted.some(({ imageId }) => known.has(imageId))).toBe(false)
})

test('making a copy again adds nothing', async () => {
  const first = await library.shift({ dataset: source.id, kind: 'noise', strength: 1 })
  const again = await library.shift({ dataset: source.id, kind: 'noise', strength: 1 })
  expect(again).toEqual({ dataset: first.dataset, added: 0 })
})

test('a comparison can be tested on a shifted copy', async () => {
  const { dataset } = await library.shift({ dataset: source.id, kind: 'resolution', strength: 3 })
  const { id } = await library.comparisons.compare({
    dataset: source.id,
    testDataset: dataset.id,
    shots: [2],
    seeds: [1],
    methods: [{ method: 'tip-adapter' }],
    selection: 'VALIDATION',
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  expect((await library.comparisons.ended(id)).status).toBe('SUCCEEDED')
  const [row] = await library.comparisons.rows(await library.store.comparisons.runs(id))
  expect(row?.drop?.n).toBe(1)
})

test('refuses a name taken by a dataset with other classes, an unknown dataset, and one without test images', async () => {
  await library.datasets.create({ name: 'Sharp, contrast 1', classes: [{ name: 'another' }] })
  const shift = (dataset: string) => library.shift({ dataset, kind: 'contrast', strength: 1 })
  await expect(shift(source.id)).rejects.toMatchObject({ code: 'DATASET_EXISTS' })
  await expect(shift('nothing')).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' })
  const untested = await makeDataset(library, 'Untested', { SUPPORT_POOL: 1 })
  await expect(shift(untested.id)).rejects.toMatchObject({ code: 'NO_TEST_SPLIT' })
})
