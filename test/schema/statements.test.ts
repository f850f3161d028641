import { expect, test, vi } from 'vitest'
import { SqliteAdapter } from '../../src/store/sqlite.js'
import { makeDataset } from '../helpers/datasets.js'
import { makeFinishedComparisons } from '../helpers/finished-comparisons.js'
import { base64, picture } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

let statements = 0
const { createClient } = SqliteAdapter.prototype
vi.spyOn(SqliteAdapter.prototype, 'createClient').mockImplementation(function (this: SqliteAdapter, config) {
  const client = createClient.call(this, config)
  const { execute } = client
  client.execute = (...parameters: Parameters<typeof execute>) => {
    statements += 1
    return execute.call(client, ...parameters)
  }
  return client
})
const server = await startTestServer()
vi.restoreAllMocks()
await makeFinishedComparisons(server.library, 8)

/** How many SQL statements an operation makes. */
async function statementsOf(operation: string): Promise<number> {
  const before = statements
  await server.query(operation)
  return statements - before
}

const dashboard = (first: number) => `{ comparisons(first: ${first}) { totalCount nodes {
  id status dataset { id name classes { nodes { name } } } encoder { id }
  rows { nodes { method { id } space { id } shots accuracy { mean low high n } } }
  runs { nodes { id shots seed accuracy method { id } space { id } supportSet { id } dataset { id } } }
} } }`

test('a query over eight comparisons with 15 runs each makes as many statements as one over two', async () => {
  const two = await statementsOf(dashboard(2))
  expect(two).toBeGreaterThan(2)
  expect(two).toBeLessThan(15)
  expect(await statementsOf(dashboard(8))).toBe(two)
})

test('a page of runs with all that they belong to makes as many statements as a short one', async () => {
  const runs = (first: number) =>
    `{ runs(first: ${first}) { nodes { id accuracy dataset { id name } supportSet { id } } } }`
  const few = await statementsOf(runs(2))
  expect(few).toBeGreaterThan(1)
  expect(await statementsOf(runs(100))).toBe(few)
})

test('images of many datasets make as many statements as those of one', async () => {
  const { library } = server
  const pages = (first: number) => `{ datasets(first: ${first}) { nodes {
    ofAll: images(first: 2) { totalCount pageInfo { hasNextPage } nodes { split class { name } image { id } } }
    tests: images(first: 3, split: TEST) { totalCount nodes { split } }
  } } }`
  const small = { SUPPORT_POOL: 1, TEST: 1 }
  await makeDataset(library, 'Newest', small)
  const one = await statementsOf(pages(1))
  for (let i = 0; i < 7; i++) await makeDataset(library, `Newer ${i}`, small)
  expect(await statementsOf(pages(8))).toBe(one)
})

test.each(['LEAVE_ONE_OUT', 'VALIDATION'])(
  'predict with seven methods makes as many statements as with one, selected by %s',
  async (selection) => {
    const { library } = server
    const dataset = await makeDataset(library, `Predicted by ${selection}`)
    const { id } = await library.supportSets.create({
      dataset: dataset.id,
      shots: 2,
      seed: 1,
      augmentations: 1,
    })
    const other = await library.supportSets.create({
      dataset: dataset.id,
      shots: 3,
      seed: 1,
      augmentations: 1,
    })
    const [image] = await library.store.datasets.images(dataset.id, 'TEST')
    const predict = (supportSet: string, methods: readonly string[]) => `{ predict(input: {
      source: { supportSet: "${supportSet}" }, images: [{ id: "${image?.imageId}" }], selection: ${selection},
      methods: [${methods.map((method) => `{ method: "${method}" }`).join()}]
    }) { predictions { top { logit } } } }`
    const seven = ['zero-shot', 'tip-adapter', 'tip-adapter++', 'tip-x', 'tip-x++', 'gda', 'prototype']
    // Each is the first prediction from its support set.
    const one = await statementsOf(predict(id, seven.slice(0, 1)))
    expect(await statementsOf(predict(other.id, seven))).toBe(one)
  },
)

test('an image is classified without a statement once its classifier is loaded', async () => {
  const { library } = server
  const dataset = await makeDataset(library, 'Classified')
  const { id: supportSet } = await library.supportSets.create({
    ...{ dataset: dataset.id, shots: 2, seed: 1, augmentations: 1 },
  })
  await library.classifiers.create({ name: 'no statements', supportSet, method: 'prototype' })
  const classify = `{ classify(classifier: "no statements", images: [{ base64: "${await base64(picture(0, 9400))}" }]) { top { probability } } }`
  expect(await statementsOf(classify)).toBeGreaterThan(0)
  expect(await statementsOf(classify)).toBe(0)
})
