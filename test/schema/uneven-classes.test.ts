import { expect, test } from 'vitest'
import { comparisonOf } from '../../src/comparisons/experiment.js'
import { compareInput } from '../helpers/compare-input.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

/** Five images of every class, and three more of the first two. */
async function makeUneven(name: string) {
  const dataset = await makeDataset(library, name, { SUPPORT_POOL: 2, TEST: 3 })
  const more = (await labelledPictures({ SUPPORT_POOL: 5 })).filter((each) => each.class !== classNames[2])
  await library.datasets.addImages({ dataset: dataset.id, images: more })
  return dataset
}
const dataset = await makeUneven('Uneven classes')

const compare = async (input: object) => {
  const { compare } = await server.read<{ compare: { comparison: { id: string } } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    {
      input: compareInput({
        dataset: dataset.id,
        methods: [{ method: 'tip-adapter' }],
        selection: 'LEAVE_ONE_OUT',
        ...input,
      }),
    },
  )
  expect(await library.comparisons.ended(compare.comparison.id)).toMatchObject({
    status: 'SUCCEEDED',
    error: null,
  })
  return compare.comparison.id
}

interface Row {
  readonly shots: number
  readonly perClass: { readonly least: number; readonly mean: number; readonly most: number }
}
const read = async (id: string) =>
  (
    await server.read<{ comparison: { rows: Row[]; protocol: { drawing: string } } }>(
      'query ($id: ID!) { comparison(id: $id) { protocol { drawing } rows { nodes { shots perClass { least mean most } } } } }',
      { id },
    )
  ).comparison

const codeOf = async (input: object) => {
  const { errors } = await server.ask(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    {
      input: compareInput({
        ...{ dataset: dataset.id, methods: [{ method: 'tip-adapter' }], selection: 'NONE', ...input },
      }),
    },
  )
  const { code, argument } = errors?.[0]?.extensions ?? {}
  return { code, argument }
}

test('with AT_MOST a small class gives all it has, and the row says how many images a class had', async () => {
  expect(await codeOf({ shots: [4] })).toEqual({
    code: 'NOT_ENOUGH_IMAGES',
    argument: 'input.support.shots[0]',
  })
  const id = await compare({ shots: [1, 4], drawing: 'AT_MOST', seeds: [1, 2] })
  expect(await read(id)).toEqual({
    protocol: { drawing: 'AT_MOST' },
    rows: [
      { shots: 1, perClass: { least: 1, mean: 1, most: 1 } },
      { shots: 4, perClass: { least: 2, mean: 10 / 3, most: 4 } },
    ],
  })
  const [run] = await library.comparisons.runs(id)
  const exact = await library.supportSets.create({ dataset: dataset.id, shots: 1, seed: 1, augmentations: 1 })
  const imagesOf = async (set: string) => (await library.supportSets.imagesOf([set])).get(set)
  expect(await imagesOf(run?.result?.supportSetId ?? '')).toEqual(await imagesOf(exact.id))
})

test('ALL takes every image, without shots and with one seed', async () => {
  const id = await compare({ drawing: 'ALL' })
  expect((await read(id)).rows).toEqual([{ shots: 5, perClass: { least: 2, mean: 4, most: 5 } }])
  expect(await codeOf({ drawing: 'ALL', seeds: [1, 2] })).toEqual({
    code: 'INVALID_VALUE',
    argument: 'input.seeds',
  })
  expect(await codeOf({})).toEqual({ code: 'EMPTY_LIST', argument: 'input.support.shots' })
})

test('seeds that would all draw the same images are refused', async () => {
  const input = { shots: [1, 5], drawing: 'AT_MOST', seeds: [1, 2] }
  expect(await codeOf(input)).toEqual({ code: 'INVALID_VALUE', argument: 'input.support.atMost[1]' })
})

test('a comparison that was drawn unevenly is repeated from its document, and predicts as it measured', async () => {
  const id = await compare({ drawing: 'ALL' })
  const document = await library.documentComparison(id)
  expect(document.experiment).toMatchObject({ drawing: 'ALL', shots: [] })
  const again = await library.comparisons.compareOnce(
    comparisonOf(document.experiment, { dataset: dataset.id, testDataset: null }),
  )
  const runs = async (comparison: string) => (await library.comparisons.runs(comparison)).map((run) => run.id)
  expect(await runs(again.id)).toEqual(await runs(id))
  const pool = await library.store.datasets.images(dataset.id, 'SUPPORT_POOL')
  const { predict } = await server.read<{ predict: { inSupportSet: boolean }[] }>(
    'query ($input: PredictInput!) { predict(input: $input) { inSupportSet } }',
    { input: { source: { comparison: id }, images: pool.map(({ imageId }) => ({ id: imageId })) } },
  )
  expect(predict).toEqual(pool.map(() => ({ inSupportSet: true })))
})

test('createSupportSet draws unevenly too', async () => {
  const query = `mutation ($input: CreateSupportSetInput!) {
    createSupportSet(input: $input) { supportSet { shots drawing images { nodes { class { index } } } } }
  }`
  const draw = async (support: object) =>
    (
      await server.read<{
        createSupportSet: { supportSet: { shots: number; drawing: string; images: { nodes: unknown[] } } }
      }>(query, {
        input: { dataset: dataset.id, support },
      })
    ).createSupportSet.supportSet
  const all = await draw({ all: true })
  expect(all).toMatchObject({ shots: 5, drawing: 'ALL' })
  expect(all.images.nodes).toHaveLength(12)
  expect((await draw({ atMost: 3 })).images.nodes).toHaveLength(8)
  for (const support of [{}, { all: true, shots: 3 }]) {
    const { errors } = await server.ask(query, { input: { dataset: dataset.id, support } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
  }
})
