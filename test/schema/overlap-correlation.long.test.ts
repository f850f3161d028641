import { expect, test } from 'vitest'
import { compareInput } from '../helpers/compare-input.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Correlated')

interface Point {
  readonly dataset: { id: string }
  readonly method: { id: string }
  readonly space: { id: string }
  readonly shots: number
  readonly seeds: number
  readonly clipOverlap: number
  readonly overlap: number
  readonly reduction: number
  readonly clipAccuracy: number
  readonly accuracy: number
  readonly gain: number
}
interface Coefficient {
  readonly value: number
  readonly interval: { low: number; high: number } | null
}
interface Found {
  readonly text: string
  readonly n: number
  readonly reason: string | null
  readonly pearson: Coefficient | null
  readonly spearman: Coefficient | null
}
interface Correlation extends Found {
  readonly byDataset: readonly (Found & { readonly dataset: { id: string } })[]
  readonly points: readonly Point[]
}

const document = `query ($ids: [ID!]!) { overlapCorrelation(comparisons: $ids) { ...Found
  byDataset { dataset { id } ...DatasetFound }
  points { dataset { id } encoder { id } method { id } space { id } shots seeds clipOverlap overlap reduction
    clipAccuracy accuracy gain } } }
  fragment Found on OverlapCorrelation { text n reason pearson { ...Coefficient } spearman { ...Coefficient } }
  fragment DatasetFound on DatasetOverlapCorrelation {
    text n reason pearson { ...Coefficient } spearman { ...Coefficient } }
  fragment Coefficient on CorrelationCoefficient { value interval { low high } }`

const correlate = async (ids: readonly string[]): Promise<Correlation> =>
  (await server.query<{ overlapCorrelation: Correlation }>(document, { ids })).overlapCorrelation

async function compare(methods: readonly object[], more: object = {}): Promise<string> {
  const input = { dataset: dataset.id, shots: [1, 2], seeds: [1, 2], methods, ...more }
  const {
    compare: { comparison: started },
  } = await server.query<{ compare: { comparison: { id: string } } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    { input: compareInput(input) },
  )
  expect((await library.comparisons.ended(started.id)).status).toBe('SUCCEEDED')
  return started.id
}

const cached = [
  { method: 'tip-adapter' },
  { method: 'tip-adapter', space: 'whitened' },
  { method: 'tip-adapter++' },
  { method: 'zero-shot' },
]
const whole = await compare(cached)
const runsOf = async (id: string) => await library.store.comparisons.runs(id)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('there is a point for each number of shots and each method in another space', async () => {
  const { points, n, pearson, spearman, reason } = await correlate([whole])
  expect(points.map(({ method, space, shots, seeds }) => [method.id, space.id, shots, seeds])).toEqual([
    ['tip-adapter', 'whitened', 1, 2],
    ['tip-adapter++', 'imo', 1, 2],
    ['tip-adapter', 'whitened', 2, 2],
    ['tip-adapter++', 'imo', 2, 2],
  ])
  expect([n, reason]).toEqual([4, null])
  for (const coefficient of [pearson, spearman]) {
    expect(Math.abs(coefficient?.value ?? NaN)).toBeLessThanOrEqual(1)
  }
})

test('two spaces are too few for an interval, and the text says so', async () => {
  const { pearson, spearman, text } = await correlate([whole])
  expect([pearson?.interval, spearman?.interval]).toEqual([null, null])
  expect(text).toMatch(/^In this dataset, r = −?\d\.\d\d\. This may be chance\. The points are of 2 spaces,/)
})

test('with four spaces there is an interval about the coefficient, and the text has it', async () => {
  // A third of the labels are wrong, so that no space separates the classes.
  const images = (await labelledPictures({ SUPPORT_POOL: 6, VALIDATION: 3, TEST: 9 })).map((image, i) =>
    i % 3 === 0 ? { ...image, class: classNames[(i / 3) % 3] ?? image.class } : image,
  )
  const hard = await library.datasets.create({
    name: 'Correlated, with wrong labels',
    classes: classNames.map((name) => ({ name })),
  })
  await library.datasets.addImages({ dataset: hard.id, images })
  const methods = ['tip-adapter', 'prototype'].flatMap((method) =>
    ['clip', 'whitened', 'centred', 'shrunk', 'imo'].map((space) => ({ method, space })),
  )
  const id = await compare(methods, { dataset: hard.id })
  const { pearson, spearman, text } = await correlate([id])
  for (const coefficient of [pearson, spearman]) {
    const { low, high } = coefficient?.interval ?? { low: NaN, high: NaN }
    expect(low).toBeLessThanOrEqual(coefficient?.value ?? NaN)
    expect(high).toBeGreaterThanOrEqual(coefficient?.value ?? NaN)
  }
  const told = (value = NaN) => value.toFixed(2).replace('-', '−')
  expect(text).toContain(
    `(95 % interval ${told(pearson?.interval?.low)} to ${told(pearson?.interval?.high)})`,
  )
})

test('each dataset has its own result, and all together are pooled within datasets', async () => {
  const second = await makeDataset(library, 'Correlated too')
  const other = await compare(cached, { dataset: second.id })
  const [alone, otherAlone, both] = [
    await correlate([whole]),
    await correlate([other]),
    await correlate([whole, other]),
  ]
  const { points: _points, byDataset: _byDataset, ...found } = alone
  const { points: _others, byDataset: _otherByDataset, ...otherFound } = otherAlone
  expect(alone.byDataset).toEqual([{ dataset: { id: dataset.id }, ...found }])
  expect(both.byDataset).toEqual([
    { dataset: { id: dataset.id }, ...found },
    { dataset: { id: second.id }, ...otherFound },
  ])
  // Pooled by hand, from the points.
  const sums = [0, 0, 0]
  for (const { id } of [dataset, second]) {
    const points = both.points.filter((point) => point.dataset.id === id)
    const [x, y] = [mean(points.map(({ reduction }) => reduction)), mean(points.map(({ gain }) => gain))]
    for (const { reduction, gain } of points) {
      sums[0] = (sums[0] ?? 0) + (reduction - x) * (gain - y)
      sums[1] = (sums[1] ?? 0) + (reduction - x) ** 2
      sums[2] = (sums[2] ?? 0) + (gain - y) ** 2
    }
  }
  const [xy = NaN, xx = NaN, yy = NaN] = sums
  expect(both.pearson?.value).toBeCloseTo(xy / Math.sqrt(xx * yy), 9)
  expect(both.text).toMatch(/^Over 2 datasets, each against its own mean, r = .* of 2 datasets,/)
})

test('gain is the accuracy over the same method in clip, reduction that of the overlap query', async () => {
  const { points } = await correlate([whole])
  const runs = await runsOf(whole)
  for (const point of points) {
    const of = (method: string, space: string) =>
      runs.filter((run) => run.method === method && run.space === space && run.shots === point.shots)
    const mine = of(point.method.id, point.space.id)
    expect(point.accuracy).toBeCloseTo(mean(mine.map(({ result }) => (result?.accuracy ?? NaN) / 100)), 9)
    expect(point.clipAccuracy).toBeCloseTo(
      mean(of('tip-adapter', 'clip').map(({ result }) => (result?.accuracy ?? NaN) / 100)),
      9,
    )
    expect(point.gain).toBeCloseTo(point.accuracy - point.clipAccuracy, 9)
    const reports = await Promise.all(
      mine.map(({ result }) =>
        library.overlap({
          supportSet: result?.supportSetId ?? '',
          split: 'TEST',
          spaces: ['clip', point.space.id],
          bins: 200,
        }),
      ),
    )
    const overlaps = [0, 1].map((i) => mean(reports.map(({ spaces }) => spaces[i]?.overlap.value ?? NaN)))
    expect(point.clipOverlap).toBeCloseTo(overlaps[0] ?? NaN, 9)
    expect(point.overlap).toBeCloseTo(overlaps[1] ?? NaN, 9)
    expect(point.reduction).toBeCloseTo(point.clipOverlap - point.overlap, 9)
  }
})

test('a method and its form in clip may stand in different comparisons, and runs of both count once', async () => {
  const apart = await compare([{ method: 'tip-x++' }, { method: 'tip-adapter++' }])
  const clip = await compare([{ method: 'tip-x' }])
  expect((await correlate([apart])).points).toEqual([])
  const together = await correlate([whole, apart, clip])
  expect(together.points.map(({ method, shots }) => [method.id, shots])).toEqual([
    ['tip-adapter', 1],
    ['tip-adapter++', 1],
    ['tip-adapter', 2],
    ['tip-adapter++', 2],
    ['tip-x++', 1],
    ['tip-x++', 2],
  ])
})

test('another protocol is not compared with this one', async () => {
  const other = await compare([{ method: 'tip-adapter', space: 'centred' }], { selection: 'NONE' })
  expect((await correlate([whole, other])).n).toBe(4)
})

test('too few points have no coefficients, and it is said why', async () => {
  const one = await compare([{ method: 'tip-adapter' }, { method: 'tip-adapter++' }], { shots: [3] })
  expect(await correlate([one])).toMatchObject({
    n: 1,
    pearson: null,
    spearman: null,
    reason: expect.stringContaining('at least three points'),
    text: expect.stringMatching(/^No relation can be measured\./),
    byDataset: [{ dataset: { id: dataset.id }, n: 1, pearson: null }],
  })
})

const nowhere = '0190a5b0-0000-7000-8000-000000000000'

test.each([
  ['no comparison', [], 'EMPTY_LIST', 'comparisons'],
  ['an unknown comparison', [whole, nowhere], 'UNKNOWN_COMPARISON', 'comparisons[1]'],
  ['a comparison twice', [whole, whole], 'DUPLICATE_ENTRY', 'comparisons[1]'],
])('%s is refused', async (_what, ids, code, argument) => {
  const { errors } = await server.ask(document, { ids })
  expect(errors?.[0]?.extensions).toMatchObject({ code, argument })
})

test('classes that are held out count as if the dataset did not have them', async () => {
  const [first, heldOut, last] = classNames
  // Some labels are wrong, so that classes overlap.
  const pictures = (await labelledPictures({ SUPPORT_POOL: 6, VALIDATION: 3, TEST: 9 })).map((image, i) =>
    i % 3 === 0 ? { ...image, class: classNames[(i / 3) % 3] ?? image.class } : image,
  )
  const ofClasses = async (name: string, names: readonly string[]) => {
    const { id } = await library.datasets.create({ name, classes: names.map((each) => ({ name: each })) })
    const images = pictures.filter((each) => names.includes(each.class))
    await library.datasets.addImages({ dataset: id, images })
    return id
  }
  const three = await ofClasses('Three of three', classNames)
  const two = await ofClasses('Two of three', [first, last])
  const methods = [
    { method: 'prototype', space: 'clip' },
    { method: 'prototype', space: 'whitened' },
  ]
  const [without, ofTwo] = [
    await compare(methods, { dataset: three, holdOut: [heldOut], shots: [2] }),
    await compare(methods, { dataset: two, shots: [2] }),
  ]
  const [[held], [expected]] = [(await correlate([without])).points, (await correlate([ofTwo])).points]
  expect(held?.accuracy).toBe(expected?.accuracy)
  expect(held?.clipOverlap).toBeGreaterThan(0)
  expect(held?.clipOverlap).toBeCloseTo(expected?.clipOverlap ?? Number.NaN, 6)
  expect(held?.overlap).toBeCloseTo(expected?.overlap ?? Number.NaN, 6)
})
