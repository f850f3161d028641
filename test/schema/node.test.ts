import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const { library } = server
const { id: dataset } = await makeDataset(library, 'Known by ids')
const supportSet = await library.supportSets.create({ dataset, shots: 1, seed: 1, augmentations: 1 })
const [image] = await library.store.datasets.images(dataset)
const { id: comparison } = await library.comparisons.compare({
  ...{ dataset, shots: [1], seeds: [1], augmentations: 1 },
  ...{ methods: [{ method: 'zero-shot' }], selection: 'NONE', klScaling: 'FROZEN' },
})
await library.comparisons.ended(comparison)
const [run] = await library.comparisons.runs(comparison)

const ids = {
  Dataset: dataset,
  SupportSet: supportSet.id,
  Image: image?.imageId ?? '',
  Comparison: comparison,
  Run: run?.id ?? '',
  Method: 'tip-adapter',
  FeatureSpace: 'whitened',
  Encoder: 'mini-clip',
}

const nodes = async (asked: readonly string[]) =>
  (
    await server.query<{ nodes: ({ __typename: string; id: string } | null)[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
      { ids: asked },
    )
  ).nodes

test('objects of every type are found by their ids, in the order of the ids', async () => {
  const expected = Object.entries(ids).map(([__typename, id]) => ({ __typename, id }))
  expect(await nodes(Object.values(ids))).toEqual(expected)
  expect(await nodes(Object.values(ids).reverse())).toEqual(expected.reverse())
})

test('a node has the fields of its type', async () => {
  expect(
    await server.query('query ($id: ID!) { node(id: $id) { id ... on Dataset { name } } }', { id: dataset }),
  ).toEqual({ node: { id: dataset, name: 'Known by ids' } })
})

test('what no object has as its id is null', async () => {
  const missing = ['', 'nothing', '00000000-0000-4000-8000-000000000000', 'f'.repeat(64), 'a\0b']
  expect(await nodes([...missing, dataset])).toEqual([
    ...missing.map(() => null),
    { __typename: 'Dataset', id: dataset },
  ])
})

test('no two of what is installed have one id', () => {
  const names = [library.registry.methods, library.registry.spaces, library.encoders.all].flat()
  expect(new Set(names.map(({ id }) => id)).size).toBe(names.length)
})

test('more ids than a page may have are refused', async () => {
  const { errors } = await server.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    ids: Array.from({ length: server.settings.maxPageSize + 1 }, (_, i) => `${i}`),
  })
  expect(errors?.[0]?.extensions).toEqual({ code: 'PAGE_TOO_LARGE', argument: 'ids' })
})
