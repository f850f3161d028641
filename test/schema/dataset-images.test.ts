import sharp from 'sharp'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const dataset = await makeDataset(server.library, 'Looked at', { SUPPORT_POOL: 3, VALIDATION: 0, TEST: 2 })
const empty = await server.library.datasets.create({ name: 'Without images', classes: [{ name: 'nothing' }] })

interface Samples {
  readonly class: { name: string }
  readonly counts: readonly { split: string; images: number }[]
  readonly images: readonly { id: string; thumbnail: string }[]
}

const samplesOf = async (perClass: number) =>
  (
    await server.read<{ datasets: { nodes: { name: string; samples: Samples[] }[] } }>(
      `query ($perClass: Int!) { datasets { nodes { name samples(perClass: $perClass) { nodes {
        class { name } counts { split images } images { id thumbnail(size: 32) }
      } } } } }`,
      { perClass },
    )
  ).datasets.nodes

test('every class shows how many images it has and some of them, in every dataset of a list', async () => {
  const [ofEmpty, ofDataset] = await samplesOf(2)
  expect(ofEmpty?.samples).toEqual([{ class: { name: 'nothing' }, counts: [], images: [] }])
  expect(ofDataset?.samples.map((each) => each.class.name)).toEqual([...classNames])
  for (const { counts, images } of ofDataset?.samples ?? []) {
    expect(counts.toSorted((a, b) => a.split.localeCompare(b.split))).toEqual([
      { split: 'SUPPORT_POOL', images: 3 },
      { split: 'TEST', images: 2 },
    ])
    expect(images).toHaveLength(2)
  }
  expect((await samplesOf(0))[1]?.samples[0]?.images).toEqual([])
  const { errors } = await server.ask(
    '{ datasets { nodes { samples(perClass: 51) { nodes { images { id } } } } } }',
  )
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument: 'perClass' })
})

const page = `query ($id: ID!, $class: ID, $split: Split, $first: Int, $after: String) { dataset(id: $id) {
  images(class: $class, split: $split, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { split class { name } image { id } }
  } } }`
interface Images {
  readonly dataset: {
    readonly images: {
      readonly totalCount: number
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
      readonly nodes: readonly { split: string; class: { name: string }; image: { id: string } }[]
    }
  }
}

test('the images of a class and split come page by page, each once', async () => {
  const wanted = { id: dataset.id, class: classNames[1], split: 'SUPPORT_POOL', first: 2 }
  const { images: first } = (await server.read<Images>(page, wanted)).dataset
  const { images: second } = (await server.read<Images>(page, { ...wanted, after: first.pageInfo.endCursor }))
    .dataset
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
  const nodes = [...first.nodes, ...second.nodes]
  expect(new Set(nodes.map(({ image }) => image.id)).size).toBe(3)
  for (const node of nodes)
    expect(node).toMatchObject({ split: 'SUPPORT_POOL', class: { name: classNames[1] } })
  expect((await server.read<Images>(page, { id: empty.id })).dataset.images).toMatchObject({ totalCount: 0 })
})

test('samples can be of one split, and an image tells its class', async () => {
  const { dataset: found } = await server.read<{
    dataset: { samples: Samples[]; known: { name: string } | null; unknown: { name: string } | null }
  }>(
    `query ($id: ID!, $image: ID!) { dataset(id: $id) {
      samples(perClass: 9, split: TEST) { nodes { images { id } } } known: labelOf(image: $image) { name } unknown: labelOf(image: "x") { name }
    } }`,
    { id: dataset.id, image: (await samplesOf(1))[1]?.samples[2]?.images[0]?.id },
  )
  expect(found.samples.map(({ images }) => images.length)).toEqual([2, 2, 2])
  expect([found.known, found.unknown]).toEqual([{ name: classNames[2] }, null])
})

test('what cannot be asked for says which argument is at fault', async () => {
  const faults: [object, string][] = [
    [{ class: 'no such' }, 'class'],
    [{ first: 0 }, 'first'],
    [{ after: 'x' }, 'after'],
    [{ after: '3000000000' }, 'after'],
  ]
  for (const [variables, argument] of faults) {
    const { errors } = await server.ask(page, { id: dataset.id, ...variables })
    expect(errors?.[0]?.extensions.argument).toBe(argument)
  }
})

test('a thumbnail is a smaller WebP that a browser may keep; a size that none has is refused', async () => {
  const image = (await samplesOf(1))[1]?.samples[0]?.images[0]
  const response = await fetch(`${server.url}${image?.thumbnail}`)
  expect(response.headers.get('content-type')).toBe('image/webp')
  expect(response.headers.get('cache-control')).toMatch(/immutable/)
  const { width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata()
  expect([width, height]).toEqual([32, 32])
  expect((await fetch(`${server.url}/images/${image?.id}?size=9000`)).status).toBe(400)
})
