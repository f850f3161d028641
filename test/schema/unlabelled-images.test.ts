import { expect, test } from 'vitest'
import { base64, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

const image = async (variant: number) => ({ base64: await base64(picture(0, 400 + variant)) })

async function newDataset(name: string) {
  const { id } = await library.datasets.create({ name, classes: [{ name: 'owl' }, { name: 'wren' }] })
  return id
}

async function addUnlabelled(dataset: string, variants: readonly number[]) {
  const images = await Promise.all(variants.map(image))
  const { addUnlabelledImages } = await server.query<{
    addUnlabelledImages: { added: number; duplicates: number; rejected: { code: string }[] }
  }>(
    `mutation ($input: AddUnlabelledImagesInput!) {
      addUnlabelledImages(input: $input) { added duplicates rejected { position code } }
    }`,
    { input: { dataset, images } },
  )
  return addUnlabelledImages
}

const unlabelledOf = async (id: string, first = 100, after?: string) =>
  (
    await server.query<{
      dataset: {
        unlabelled: {
          totalCount: number
          nodes: { id: string }[]
          pageInfo: { endCursor: string; hasNextPage: boolean }
        }
      }
    }>(
      `query ($id: ID!, $first: Int, $after: String) {
        dataset(id: $id) { unlabelled(first: $first, after: $after) { totalCount nodes { id } pageInfo { endCursor hasNextPage } } }
      }`,
      { id, first, after },
    )
  ).dataset.unlabelled

const change = (name: string, input: object) =>
  server.ask(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { dataset { id } } }`,
    { input },
  )

const label = (input: object) => change('labelImages', input)

test('images without a label have a place of their own, page by page, and count in no split', async () => {
  const id = await newDataset('Without labels')
  expect(await addUnlabelled(id, [1, 2, 3, 3])).toEqual({ added: 3, duplicates: 1, rejected: [] })
  expect((await addUnlabelled(id, [3, 4])).added).toBe(1)
  const first = await unlabelledOf(id, 3)
  expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } })
  const rest = await unlabelledOf(id, 3, first.pageInfo.endCursor)
  expect(rest.nodes).toHaveLength(1)
  expect(await library.datasets.counts(id)).toEqual([])
  expect(await library.datasets.unlabelled.counts([id])).toEqual(new Map([[id, 4]]))
})

test('labelling moves an image to its class, and taking the label off moves it back', async () => {
  const id = await newDataset('To label')
  await addUnlabelled(id, [11, 12, 13])
  const [a = '', b = '', c = ''] = (await unlabelledOf(id)).nodes.map((node) => node.id)
  expect((await label({ dataset: id, images: [a, b], class: 'wren', split: 'TEST' })).errors).toBeUndefined()
  expect((await unlabelledOf(id)).nodes).toEqual([{ id: c }])
  expect(await library.datasets.images(id)).toEqual([
    { imageId: a, classIndex: 1, split: 'TEST' },
    { imageId: b, classIndex: 1, split: 'TEST' },
  ])
  // All of them or none.
  const refused = await label({ dataset: id, images: [c, a], class: 'owl', split: 'TEST' })
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'UNKNOWN_IMAGE',
    argument: 'input.images[1]',
  })
  const unknown = await label({ dataset: id, images: [c], class: 'crow', split: 'TEST' })
  expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'UNKNOWN_CLASS', argument: 'input.class' })
  expect((await unlabelledOf(id)).totalCount).toBe(1)
  expect((await change('unlabelImages', { dataset: id, images: [a] })).errors).toBeUndefined()
  expect((await unlabelledOf(id)).nodes).toEqual([{ id: c }, { id: a }])
})

test('an image that comes again with a label has one', async () => {
  const id = await newDataset('Comes again')
  await addUnlabelled(id, [21])
  await library.datasets.addImages({
    dataset: id,
    images: [{ image: await image(21), class: 'owl', split: 'TEST' }],
  })
  expect((await unlabelledOf(id)).totalCount).toBe(0)
  expect(await addUnlabelled(id, [21])).toMatchObject({ added: 0, duplicates: 1 })
})

test('removed images are deleted, unless another dataset has them, and so are those of a deleted dataset', async () => {
  const [id, other] = [await newDataset('Removes'), await newDataset('Keeps')]
  await addUnlabelled(id, [31, 32, 33, 34])
  await addUnlabelled(other, [32])
  const [a = '', b = '', c = '', d = ''] = (await unlabelledOf(id)).nodes.map((node) => node.id)
  await label({ dataset: id, images: [c], class: 'owl', split: 'SUPPORT_POOL' })
  expect((await change('removeImages', { dataset: id, images: [a, b, c] })).errors).toBeUndefined()
  await library.deletions.changes(id)
  expect((await library.images.getMany([a, b, c, d])).map((row) => row.id).sort()).toEqual([b, d].sort())
  await library.deletions.dataset(id)
  expect(await library.images.getMany([d])).toEqual([])
  const missing = await change('removeImages', { dataset: other, images: [b, 'nothing'] })
  expect(missing.errors?.[0]?.extensions).toMatchObject({ code: 'UNKNOWN_IMAGE' })
  expect((await unlabelledOf(other)).totalCount).toBe(1)
})

test('a support set keeps its images with their labels when they lose theirs or are removed', async () => {
  const id = await newDataset('Measured')
  await addUnlabelled(id, [41, 42])
  const [a = '', b = ''] = (await unlabelledOf(id)).nodes.map((node) => node.id)
  await label({ dataset: id, images: [a], class: 'owl', split: 'SUPPORT_POOL' })
  await label({ dataset: id, images: [b], class: 'wren', split: 'SUPPORT_POOL' })
  const set = await library.supportSets.create({ dataset: id, shots: 1, seed: 1, augmentations: 1 })
  const drawn = await library.store.supportSets.images(set.id)
  expect((await change('unlabelImages', { dataset: id, images: [a] })).errors).toBeUndefined()
  expect((await change('removeImages', { dataset: id, images: [b] })).errors).toBeUndefined()
  expect(await library.datasets.images(id)).toEqual([])
  expect(await library.store.supportSets.images(set.id)).toEqual(drawn)
})

test.each(['labelImages', 'unlabelImages', 'removeImages'])('%s needs an image', async (name) => {
  const input = { dataset: await newDataset(`Empty ${name}`), images: [] }
  const { errors } =
    name === 'labelImages'
      ? await label({ ...input, class: 'owl', split: 'TEST' })
      : await change(name, input)
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'EMPTY_LIST' })
})
