import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
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
interface Correlation {
  readonly n: number
  readonly reason: string | null
  readonly pearson: { value: number; pValue: number } | null
  readonly spearman: { value: number; pValue: number } | null
  readonly points: readonly Point[]
}

const document = `query ($ids: [ID!]!) { overlapCorrelation(comparisons: $ids) { n reason
  pearson { value pValue } spearman { value pValue }
  points { dataset { id } encoder { id } method { id } space { id } shots seeds clipOverlap overlap reduction
    clipAccuracy accuracy gain } } }`

const correlate = async (ids: readonly string[]): Promise<Correlation> =>
  (await server.query<{ overlapCorrelation: Correlation }>(document, { ids })).overlapCorrelation

async function compare(methods: readonly object[], more: object = {}): Promise<string> {
  const input = { dataset: dataset.id, shots: [1, 2], seeds: [1, 2], methods, ...more }
  const { compare: started } = await server.query<{ compare: { id: string } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { id } }',
    { input },
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
    expect(coefficient?.pValue).toSatisfy((p: number) => p >= 0 && p <= 1)
  }
})

test('gain is the accuracy over the same method in clip, reduction that of the overlap query', async () => {
  const { points } = await correlate([whole])
  const runs = await runsOf(whole)
  for (const point of points) {
    const of = (method: string, space: string) =>
      runs.filter((run) => run.method === method && run.space === space && run.shots === point.shots)
    const mine = of(point.method.id, point.space.id)
    expect(point.accuracy).toBeCloseTo(mean(mine.map(({ result }) => result?.accuracy ?? NaN)), 9)
    expect(point.clipAccuracy).toBeCloseTo(
      mean(of('tip-adapter', 'clip').map(({ result }) => result?.accuracy ?? NaN)),
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
