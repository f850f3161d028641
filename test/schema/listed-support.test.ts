import { expect, test } from 'vitest'
import { formatComparisonCsv } from '../../src/comparisons/comparison-csv.js'
import { comparisonOf, parseExperiment } from '../../src/comparisons/experiment.js'
import { compareInput } from '../helpers/compare-input.js'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Listed support', { SUPPORT_POOL: 4, VALIDATION: 1, TEST: 3 })
const pool = await library.store.datasets.images(dataset.id, 'SUPPORT_POOL')
/** So many images of each class, in no order. */
const take = (...counts: readonly number[]): string[] =>
  counts
    .flatMap((count, c) => pool.filter(({ classIndex }) => classIndex === c).slice(-count))
    .map(({ imageId }) => imageId)
    .reverse()
const listed = take(1, 3, 2)

const compareQuery =
  'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id supportImages } } }'
const asked = (more: object) => ({
  input: compareInput({
    ...{ dataset: dataset.id, methods: [{ method: 'tip-adapter' }], selection: 'LEAVE_ONE_OUT', ...more },
  }),
})
const compare = async (more: object) => {
  const { compare } = await server.read<{
    compare: { comparison: { id: string; supportImages: string[] | null } }
  }>(compareQuery, asked(more))
  expect(await library.comparisons.ended(compare.comparison.id)).toMatchObject({
    status: 'SUCCEEDED',
    error: null,
  })
  return compare.comparison
}
const faultOf = async (query: string, variables: object) => {
  const { errors } = await server.ask(query, variables)
  const { code, argument } = errors?.[0]?.extensions ?? {}
  return { code, argument }
}

const comparison = await compare({ supportImages: listed })

test('a comparison takes exactly the listed images as support set, and says so', async () => {
  expect([...(comparison.supportImages ?? [])].sort()).toEqual([...listed].sort())
  const [run] = await library.comparisons.runs(comparison.id)
  const supportSet = run?.result?.supportSetId ?? ''
  const images = (await library.supportSets.imagesOf([supportSet])).get(supportSet) ?? []
  expect(images.map(({ imageId }) => imageId)).toEqual(comparison.supportImages)
  expect(images.map(({ classIndex }) => classIndex)).toEqual([0, 1, 1, 1, 2, 2])
  const { comparison: read } = await server.read<{ comparison: object }>(
    `query ($id: ID!) { comparison(id: $id) {
      protocol { drawing } rows { nodes { shots perClass { least mean most } labelledImages accuracy { n } } } } }`,
    { id: comparison.id },
  )
  const row = { shots: 3, perClass: { least: 1, mean: 2, most: 3 }, labelledImages: 6, accuracy: { n: 1 } }
  expect(read).toEqual({ protocol: { drawing: 'LISTED' }, rows: [row] })
})

test('its results are those of the same images drawn, and another list gives other runs', async () => {
  const all = await compare({ drawing: 'ALL' })
  const everything = await compare({ supportImages: take(4, 4, 4) })
  const accuracies = async (id: string) =>
    (await library.comparisons.runs(id)).map(({ result }) => result?.accuracy)
  expect(await accuracies(everything.id)).toEqual(await accuracies(all.id))
  const runs = async (id: string) => (await library.comparisons.runs(id)).map(({ id }) => id)
  expect(await runs(everything.id)).not.toEqual(await runs(comparison.id))
  const reordered = await compare({ supportImages: [...listed].sort() })
  expect(await runs(reordered.id)).toEqual(await runs(comparison.id))
})

test('its document and CSV name the list, and repeat it', async () => {
  const document = await library.documentComparison(comparison.id)
  const experiment = parseExperiment(JSON.stringify(document), 'document')
  expect(experiment).toMatchObject({
    drawing: 'LISTED',
    shots: [],
    supportImages: comparison.supportImages,
  })
  const again = await library.comparisons.compareOnce(
    comparisonOf(experiment, { dataset: dataset.id, testDataset: null }),
  )
  const runs = async (id: string) => (await library.comparisons.runs(id)).map(({ id }) => id)
  expect(await runs(again.id)).toEqual(await runs(comparison.id))
  expect(formatComparisonCsv(document)).toContain(',LISTED,')
})

test('predict and a classifier use the list, also after its support set is deleted', async () => {
  const [run] = await library.comparisons.runs(comparison.id)
  await library.deletions.supportSet(run?.result?.supportSetId ?? '')
  const { predict } = await server.read<{ predict: { inSupportSet: boolean }[] }>(
    'query ($input: PredictInput!) { predict(input: $input) { inSupportSet } }',
    {
      input: { source: { comparison: comparison.id }, images: pool.map(({ imageId }) => ({ id: imageId })) },
    },
  )
  expect(predict.map(({ inSupportSet }) => inSupportSet)).toEqual(
    pool.map(({ imageId }) => listed.includes(imageId)),
  )
  const { createClassifier } = await server.read<{ createClassifier: { classifier: object } }>(
    `mutation ($input: CreateClassifierInput!) {
      createClassifier(input: $input) { classifier { version { support { drawing shots images } } } } }`,
    { input: { name: 'listed', source: { comparison: comparison.id } } },
  )
  expect(createClassifier).toEqual({
    classifier: { version: { support: { drawing: 'LISTED', shots: 3, images: 6 } } },
  })
})

test('createSupportSet takes a list too, in any order', async () => {
  const query = `mutation ($input: CreateSupportSetInput!) {
    createSupportSet(input: $input) { supportSet { id drawing shots images { nodes { image { id } } } } } }`
  const create = async (images: readonly string[]) =>
    (
      await server.read<{
        createSupportSet: { supportSet: { id: string; drawing: string; shots: number } }
      }>(query, {
        input: { dataset: dataset.id, support: { images } },
      })
    ).createSupportSet.supportSet
  const set = await create(listed)
  expect(set).toMatchObject({ drawing: 'LISTED', shots: 3 })
  expect(await create([...listed].reverse())).toEqual(set)
  const input = { dataset: dataset.id, support: { images: [...listed, listed[0]] } }
  expect(await faultOf(query, { input })).toEqual({
    code: 'DUPLICATE_ENTRY',
    argument: 'input.support.images[6]',
  })
})

test('a bad list is refused with its place', async () => {
  const other = await makeDataset(library, 'Other than listed', { TEST: 4 })
  const [stranger] = await library.store.datasets.images(other.id, 'TEST')
  const [tested] = await library.store.datasets.images(dataset.id, 'TEST')
  const [validation] = await library.store.datasets.images(dataset.id, 'VALIDATION')
  const own = new Set((await library.store.datasets.images(dataset.id)).map(({ imageId }) => imageId))
  const foreign = (await library.store.datasets.images(other.id)).find(({ imageId }) => !own.has(imageId))
  const fault = (more: object) => faultOf(compareQuery, asked(more))
  const at = (i: number) => `input.support.images[${i}]`
  const list = (...more: (string | undefined)[]) => ({ supportImages: [...listed, ...more] })
  expect(stranger).toBeDefined()
  expect(await fault({ supportImages: [] })).toEqual({ code: 'EMPTY_LIST', argument: 'input.support.images' })
  expect(await fault(list('nothing'))).toEqual({ code: 'UNKNOWN_IMAGE', argument: at(6) })
  expect(await fault(list(foreign?.imageId))).toEqual({ code: 'UNKNOWN_IMAGE', argument: at(6) })
  expect(await fault(list(listed[2]))).toEqual({ code: 'DUPLICATE_ENTRY', argument: at(6) })
  expect(await fault(list(tested?.imageId))).toEqual({ code: 'INVALID_VALUE', argument: at(6) })
  expect(await fault(list(validation?.imageId))).toEqual({ code: 'INVALID_VALUE', argument: at(6) })
  expect(await fault({ supportImages: take(1, 2) })).toEqual({
    code: 'CLASS_WITHOUT_IMAGES',
    argument: 'input.support.images',
  })
})

test('a list takes no shots, one seed, and no other drawing', async () => {
  const { input } = asked({})
  const fault = (more: object) => faultOf(compareQuery, { input: { ...input, ...more } })
  for (const support of [{ images: listed, shots: [1] }, { images: listed, all: true }, {}, { images: null }])
    expect(await fault({ support })).toEqual({ code: 'BAD_USER_INPUT', argument: undefined })
  const invalid = (argument: string) => ({ code: 'INVALID_VALUE', argument })
  expect(await fault({ support: { images: listed }, seeds: [1, 2] })).toEqual(invalid('input.seeds'))
  expect(await fault({ support: { all: false } })).toEqual(invalid('input.support.all'))

  const refused = async (more: object) => {
    const { methods, ...request } = {
      ...input,
      dataset: dataset.id,
      klScaling: 'FROZEN',
      augmentations: 1,
    } as const
    const whole = {
      ...request,
      methods,
      seeds: [1],
      selection: 'LEAVE_ONE_OUT',
      support: undefined,
      ...more,
    } as const
    return library.comparisons.compare(whole).catch(({ code, argument }) => ({ code, argument }))
  }
  expect(await refused({ supportImages: listed, shots: [1] })).toEqual(invalid('shots'))
  expect(await refused({ supportImages: listed, drawing: 'ALL' })).toEqual(invalid('supportImages'))
  expect(await refused({ drawing: 'LISTED' })).toEqual(invalid('supportImages'))
})
