import { expect, test } from 'vitest'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()

interface SupportSet {
  readonly id: string
  readonly shots: number
  readonly seed: number
  readonly augmentations: number
  readonly dataset: { id: string }
  readonly encoder: { id: string }
  readonly images: { nodes: readonly { image: { id: string }; class: { index: number; name: string } }[] }
}
const fields = `id shots seed augmentations dataset { id } encoder { id }
  images { nodes { image { id width height url } class { index name } } }`

const draw = async (input: object): Promise<SupportSet> =>
  (
    await server.query<{ createSupportSet: { supportSet: SupportSet } }>(
      `mutation ($input: CreateSupportSetInput!) { createSupportSet(input: $input) { supportSet { ${fields} } } }`,
      { input },
    )
  ).createSupportSet.supportSet

const find = async (id: string): Promise<SupportSet> =>
  (
    await server.query<{ supportSet: SupportSet }>(`query ($id: ID!) { supportSet(id: $id) { ${fields} } }`, {
      id,
    })
  ).supportSet

const idsOf = ({ images }: SupportSet) => images.nodes.map(({ image }) => image.id)

const dataset = await makeDataset(server.library, 'Pool')
const imagesOf = (id: string, split: 'SUPPORT_POOL' | 'TEST') =>
  server.library.store.datasets.images(id, split)

test('so many images of every class are drawn from the support pool, and found again', async () => {
  const set = await draw({ dataset: dataset.id, support: { shots: 2 } })
  expect(set).toMatchObject({
    shots: 2,
    seed: 1,
    augmentations: 1,
    dataset: { id: dataset.id },
    encoder: { id: 'mini-clip' },
  })
  expect(set.images.nodes.map((each) => each.class.name)).toEqual(classNames.flatMap((name) => [name, name]))
  expect(new Set(idsOf(set)).size).toBe(6)
  const pool = await imagesOf(dataset.id, 'SUPPORT_POOL')
  for (const { image, class: label } of set.images.nodes) {
    expect(pool.find(({ imageId }) => imageId === image.id)?.classIndex).toBe(label.index)
  }
  expect(await find(set.id)).toEqual(set)
})

test('the same request gives the same support set, in whatever way it is written, and at once', async () => {
  const request = { dataset: dataset.id, support: { shots: 3 }, seed: 7 }
  const sets = await Promise.all([
    draw(request),
    draw(request),
    draw({ ...request, encoder: 'mini-clip', augmentations: 1 }),
  ])
  expect(new Set(sets.map(({ id }) => id)).size).toBe(1)
})

test('another seed draws other images; fewer shots of one seed are part of more', async () => {
  const [few, many, other] = await Promise.all([
    draw({ dataset: dataset.id, support: { shots: 2 }, seed: 3 }),
    draw({ dataset: dataset.id, support: { shots: 4 }, seed: 3 }),
    draw({ dataset: dataset.id, support: { shots: 2 }, seed: -2147483648 }),
  ])
  expect(idsOf(many)).toEqual(expect.arrayContaining(idsOf(few)))
  expect(idsOf(other)).not.toEqual(idsOf(few))
})

test('augmentations make another support set of the same images', async () => {
  const plain = await draw({ dataset: dataset.id, support: { shots: 1 }, seed: 9 })
  const augmented = await draw({ dataset: dataset.id, support: { shots: 1 }, seed: 9, augmentations: 4 })
  expect(augmented.id).not.toBe(plain.id)
  expect(augmented.augmentations).toBe(4)
  expect(idsOf(augmented)).toEqual(idsOf(plain))
})

test('a draw depends on the images and not on the order in which they came', async () => {
  const reversed = await makeDataset(server.library, 'Reversed', {})
  const images = (await labelledPictures({ SUPPORT_POOL: 5 })).reverse()
  await server.library.datasets.addImages({ dataset: reversed.id, images })
  const [there, here] = await Promise.all([
    draw({ dataset: dataset.id, support: { shots: 2 }, seed: 11 }),
    draw({ dataset: reversed.id, support: { shots: 2 }, seed: 11 }),
  ])
  expect(idsOf(here)).toEqual(idsOf(there))
})

test('a support set stays as it was drawn when its pool grows; the same request then draws another', async () => {
  const growing = await makeDataset(server.library, 'Growing', { SUPPORT_POOL: 2 })
  const request = { dataset: growing.id, support: { shots: 2 } }
  const before = await draw(request)
  const images = await labelledPictures({ SUPPORT_POOL: 12 })
  await server.library.datasets.addImages({ dataset: growing.id, images })
  const after = await draw(request)
  expect(after.id).not.toBe(before.id)
  expect(await find(before.id)).toEqual(before)
})
