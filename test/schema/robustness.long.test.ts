import { expect, test } from 'vitest'
import { compareInput } from '../helpers/compare-input.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Unshifted')

/** A dataset of the same classes in another order, with these test images. */
async function twin(name: string, pictures: Awaited<ReturnType<typeof labelledPictures>>) {
  const classes = [...classNames].reverse().map((each) => ({ name: each }))
  const { id } = await library.datasets.create({ name, classes })
  if (pictures.length > 0) await library.datasets.addImages({ dataset: id, images: pictures })
  return id
}
const testPictures = async (count: number) =>
  (await labelledPictures({ TEST: count })).filter(({ split }) => split === 'TEST')
const same = await twin('Same images', await testPictures(4))
// Pictures whose labels have moved on by one class: who was right before is wrong now.
const moved = await twin(
  'Moved labels',
  (await testPictures(7)).map((each) => ({
    ...each,
    class: classNames[(classNames.indexOf(each.class as 'blue disc') + 1) % 3] ?? '',
  })),
)

interface Statistic {
  readonly mean: number
  readonly n: number
}
interface Comparison {
  readonly testDataset: { id: string } | null
  readonly rows: readonly { method: { id: string }; accuracy: Statistic; drop: Statistic | null }[]
  readonly runs: readonly {
    id: string
    method: { id: string }
    testDataset: { id: string } | null
    accuracy: number
    unshiftedAccuracy: number | null
    testImages: number
    perClassAccuracy: number[]
    supportSet: { id: string }
  }[]
}

const methods = [{ method: 'zero-shot' }, { method: 'tip-adapter', space: 'centred' }, { method: 'tip-x++' }]
const start = 'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }'

async function compare(input: object): Promise<Comparison> {
  const whole = { dataset: dataset.id, shots: [2], seeds: [1, 2], methods, ...input }
  const {
    compare: { comparison: started },
  } = await server.read<{ compare: { comparison: { id: string } } }>(start, {
    input: compareInput(whole),
  })
  expect((await library.comparisons.ended(started.id)).error).toBe(null)
  const { comparison } = await server.read<{ comparison: Comparison }>(
    `query ($id: ID!) { comparison(id: $id) { testDataset { id }
       rows { nodes { method { id } accuracy { mean n } drop { mean n } } }
       runs { nodes { id method { id } testDataset { id } accuracy unshiftedAccuracy testImages perClassAccuracy supportSet { id } } } } }`,
    started,
  )
  return comparison
}

const unshifted = await compare({})

test('without another dataset there is no drop', () => {
  expect(unshifted.testDataset).toBe(null)
  for (const { drop } of unshifted.rows) expect(drop).toBe(null)
  for (const run of unshifted.runs) expect(run).toMatchObject({ testDataset: null, unshiftedAccuracy: null })
})

test('the same images in a dataset whose classes stand in another order are classified as well', async () => {
  const { testDataset, rows, runs } = await compare({ testDataset: same })
  expect(testDataset).toEqual({ id: same })
  for (const { drop } of rows) expect(drop).toMatchObject({ mean: 0, n: 2 })
  expect(runs.map((run) => run.perClassAccuracy)).toEqual(unshifted.runs.map((run) => run.perClassAccuracy))
  expect(runs.map(({ id }) => id)).not.toEqual(unshifted.runs.map(({ id }) => id))
})

test('the drop is against the same fitted method on the unshifted test images', async () => {
  const { rows, runs } = await compare({ testDataset: moved })
  expect(runs.map((run) => run.testImages)).toEqual(runs.map(() => 21))
  expect(runs.map((run) => run.unshiftedAccuracy)).toEqual(unshifted.runs.map((run) => run.accuracy))
  for (const { method, drop, accuracy } of rows) {
    const before = unshifted.rows.find((row) => row.method.id === method.id)?.accuracy.mean ?? NaN
    expect(drop?.n).toBe(2)
    expect(drop?.mean).toBeCloseTo(before - accuracy.mean, 9)
  }
})

test('the accuracy is that of predicting the other dataset’s images one by one', async () => {
  const { runs } = await compare({ testDataset: moved })
  const classes = await library.store.datasets.classes(moved)
  const images = await library.store.datasets.images(moved, 'TEST')
  for (const { method, accuracy, supportSet } of runs) {
    const choice = methods.find((each) => each.method === method.id) ?? { method: '' }
    const predictions = await library.predict({
      supportSet: supportSet.id,
      images: images.map(({ imageId }) => ({ id: imageId })),
      methods: [choice],
      selection: 'VALIDATION',
      topK: 1,
    })
    const right = predictions.filter(
      (each, i) => each.predictions[0]?.top[0]?.class.name === classes[images[i]?.classIndex ?? -1]?.name,
    )
    expect(accuracy).toBeCloseTo(right.length / images.length, 9)
  }
})

test('a dataset without test images of its own can be tested on another, without a drop', async () => {
  const untested = await makeDataset(library, 'Untested', { SUPPORT_POOL: 3, VALIDATION: 1 })
  const { rows, runs } = await compare({ dataset: untested.id, testDataset: same })
  expect(runs.map((run) => run.testImages)).toEqual(runs.map(() => 12))
  for (const { drop } of rows) expect(drop).toBe(null)
})

const strangers = await library.datasets.create({
  name: 'Strangers',
  classes: [{ name: 'fox' }, { name: 'blue disc' }],
})
const empty = await twin('Empty', [])

test.each([
  [{ testDataset: 'nothing' }, 'UNKNOWN_DATASET', 'nothing'],
  [{ testDataset: strangers.id }, 'CLASSES_DIFFER', 'red stripes, green squares. Only in "Strangers": fox.'],
  [{ testDataset: empty }, 'NO_TEST_SPLIT', '"Empty"'],
])('%j is refused, and nothing is stored', async (input, code, says) => {
  const before = await server.counts()
  const whole = { dataset: dataset.id, shots: [2], methods, ...input }
  const { errors } = await server.ask(start, {
    input: compareInput(whole),
  })
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining(says),
    extensions: { code, argument: 'input.testDataset' },
  })
  expect(await server.counts()).toEqual(before)
})
