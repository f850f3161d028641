import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mcnemar } from '../../src/evaluation/statistics/mcnemar.js'
import { parametersIn } from '../../src/methods/contract.js'
import { compareInput } from '../helpers/compare-input.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer('outsiders')
const { library } = server
const dataset = await makeDataset(library, 'Compared')

interface Statistic {
  readonly mean: number
  readonly standardDeviation: number
  readonly low: number
  readonly high: number
  readonly n: number
}
interface Named {
  readonly id: string
}
interface Run {
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly error: string | null
  readonly method: Named
  readonly space: Named | null
  readonly dataset: Named
  readonly supportSet: { id: string; shots: number; seed: number; augmentations: number } | null
  readonly shots: number
  readonly seed: number
  readonly selection: string
  readonly selectionImages: number | null
  readonly selectionAccuracy: number | null
  readonly hyperparameters: readonly { name: string; value: number }[] | null
  readonly accuracy: number | null
  readonly top5Accuracy: number | null
  readonly calibrationError: number | null
  readonly perClassAccuracy: readonly number[] | null
  readonly confusion: readonly (readonly number[])[] | null
  readonly testImages: number | null
  readonly timings: { encodeMs: number; searchMs: number; scoreMs: number } | null
  readonly createdAt: string
  readonly finishedAt: string | null
}
interface Row {
  readonly method: Named
  readonly space: Named | null
  readonly shots: number
  readonly accuracy: Statistic
  readonly top5Accuracy: Statistic
  readonly calibrationError: Statistic
}
interface Pair {
  readonly method: Named
  readonly space: Named | null
  readonly shots: number
  readonly baseline: Named
  readonly baselineSpace: Named | null
  readonly difference: number
  readonly pValue: number
  readonly n: number
  readonly wins: number
  readonly losses: number
}
interface Comparison {
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly error: string | null
  readonly dataset: Named
  readonly encoder: Named
  readonly rows: readonly Row[]
  readonly runs: readonly Run[]
  readonly createdAt: string
  readonly finishedAt: string | null
}

const runFields = `id status progress error errorCode method { id } space { id } dataset { id }
  supportSet { id shots seed augmentations } shots seed selection selectionImages selectionAccuracy
  hyperparameters { name value } accuracy top5Accuracy calibrationError perClassAccuracy confusion testImages
  timings { encodeMs searchMs scoreMs } createdAt finishedAt`
const statistic = '{ mean standardDeviation low high n }'
const fields = `id status progress error errorCode dataset { id } encoder { id }
  rows { nodes { method { id } space { id } shots accuracy ${statistic} top5Accuracy ${statistic} calibrationError ${statistic} } }
  runs { nodes { ${runFields} } } createdAt finishedAt`

async function compare(input: object): Promise<Comparison> {
  const document = `mutation ($input: CompareInput!) { compare(input: $input) { comparison { ${fields} } } }`
  const variables = { input: compareInput({ dataset: dataset.id, shots: [1], ...input }) }
  return (await server.read<{ compare: { comparison: Comparison } }>(document, variables)).compare.comparison
}

const find = async (id: string): Promise<Comparison> =>
  (
    await server.read<{ comparison: Comparison }>(`query ($id: ID!) { comparison(id: $id) { ${fields} } }`, {
      id,
    })
  ).comparison

async function ended(id: string): Promise<Comparison> {
  await library.comparisons.ended(id)
  return find(id)
}

const cancel = async (id: string): Promise<Comparison> =>
  (
    await server.read<{ cancelComparison: { comparison: Comparison } }>(
      `mutation ($id: ID!) { cancelComparison(input: { id: $id }) { comparison { ${fields} } } }`,
      { id },
    )
  ).cancelComparison.comparison

async function pairs(id: string, parameters: string): Promise<readonly Pair[]> {
  const document = `query ($id: ID!) { comparison(id: $id) { pairs(${parameters}) { nodes {
    method { id } space { id } shots baseline { id } baselineSpace { id } difference low high pValue n setsWon wins losses measure
  } } } }`
  return (await server.read<{ comparison: { pairs: Pair[] } }>(document, { id })).comparison.pairs
}

const choices = [
  { method: 'zero-shot' },
  { method: 'TA' },
  { method: 'tip-adapter', space: 'whitened' },
  { method: 'tip-x++' },
]
const whole = { shots: [1, 2], seeds: [1, 2, 3], methods: choices }

test('a comparison starts at once and tells its progress, which never goes back', async () => {
  const started = await compare({ ...whole, seeds: [1], selection: 'LEAVE_ONE_OUT' })
  expect(['QUEUED', 'RUNNING']).toContain(started.status)
  expect(started).toMatchObject({
    error: null,
    dataset: { id: dataset.id },
    encoder: { id: 'mini-clip' },
    rows: [],
    finishedAt: null,
  })
  expect(started.runs.length).toBe(2 * choices.length)
  expect(started.runs[0]).toMatchObject({
    error: null,
    accuracy: null,
    supportSet: null,
    hyperparameters: null,
    confusion: null,
    perClassAccuracy: null,
    timings: null,
    finishedAt: null,
  })

  const seen = [started]
  while (seen.at(-1)?.status === 'QUEUED' || seen.at(-1)?.status === 'RUNNING') {
    // It needs the processor that the questions take.
    await setTimeout(20)
    seen.push(await find(started.id))
  }
  const shares = seen.map(({ progress }) => progress)
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  expect(shares.at(-1)).toBe(1)
  const finished = seen.map(({ runs }) => runs.filter(({ status }) => status === 'SUCCEEDED').length)
  expect(finished).toEqual([...finished].sort((a, b) => a - b))
  expect(seen.at(-1)).toMatchObject({ status: 'SUCCEEDED', error: null, finishedAt: expect.any(String) })
})

const compared = await ended((await compare(whole)).id)

test('a run tells what it measured, on what, and how long it took', () => {
  expect(compared.status).toBe('SUCCEEDED')
  const asked = whole.shots.flatMap((shots) =>
    whole.seeds.flatMap((seed) =>
      [
        ['zero-shot', null],
        ['tip-adapter', 'clip'],
        ['tip-adapter', 'whitened'],
        ['tip-x++', 'imo'],
      ].map(([method, space]) => ({
        shots,
        seed,
        method: { id: method },
        space: space ? { id: space } : null,
      })),
    ),
  )
  expect(compared.runs).toMatchObject(asked)
  for (const run of compared.runs) {
    expect(run).toMatchObject({
      status: 'SUCCEEDED',
      progress: 1,
      error: null,
      dataset: { id: dataset.id },
      supportSet: { shots: run.shots, seed: run.seed, augmentations: 1 },
      selection: 'VALIDATION',
      selectionImages: 9,
      testImages: 12,
      // There are but three classes.
      top5Accuracy: 1,
    })
    const confusion = run.confusion ?? []
    expect(confusion.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([4, 4, 4])
    const right = confusion.map((row, c) => row[c] ?? NaN)
    expect(run.perClassAccuracy).toEqual(right.map((count) => count / 4))
    expect(run.accuracy).toBeCloseTo(right.reduce((sum, count) => sum + count, 0) / 12, 10)
    for (const share of [run.accuracy, run.selectionAccuracy, run.calibrationError])
      expect(share).toSatisfy(within(0, 1))
    for (const ms of Object.values(run.timings ?? {})) expect(ms).toBeGreaterThanOrEqual(0)
    const { registry } = library
    const { hyperparameters } = parametersIn(
      registry.method(run.method.id),
      registry.space(run.space?.id ?? 'clip'),
    )
    expect(run.hyperparameters?.map(({ name }) => name).sort()).toEqual(Object.keys(hyperparameters).sort())
    for (const { name, value } of run.hyperparameters ?? [])
      expect(hyperparameters[name]?.grid).toContain(value)
    expect(Date.parse(run.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(run.createdAt))
  }
})

const within = (least: number, most: number) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most

test('runs of one support set share it, and a run is found by its id', async () => {
  const [first] = compared.runs
  const sets = compared.runs.filter(({ seed, shots }) => seed === first?.seed && shots === first.shots)
  expect(new Set(sets.map(({ supportSet }) => supportSet?.id)).size).toBe(1)
  const { run } = await server.read<{ run: Run }>(`query ($id: ID!) { run(id: $id) { ${runFields} } }`, first)
  expect(run).toEqual(first)
})

test('rows are the means of the runs over their seeds', () => {
  expect(compared.rows.length).toBe(2 * choices.length)
  for (const row of compared.rows) {
    const runs = compared.runs.filter((run) => isOf(run, row))
    for (const measure of ['accuracy', 'top5Accuracy', 'calibrationError'] as const) {
      const values = runs.map((run) => run[measure] ?? NaN)
      const { mean, standardDeviation, low, high, n } = row[measure]
      expect(n).toBe(3)
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 3, 8)
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      expect(standardDeviation).toBeCloseTo(Math.sqrt(squares / 2), 8)
      // Twelve images and three support sets leave much open.
      expect(low).toBeLessThanOrEqual(mean)
      expect(high).toBeGreaterThanOrEqual(mean)
      expect(high - low).toBeGreaterThan(measure === 'calibrationError' ? 0 : 0.05)
    }
  }
})

const isOf = (run: Run, { method, space, shots }: Pick<Row, 'method' | 'space' | 'shots'>): boolean =>
  run.method.id === method.id && run.space?.id === space?.id && run.shots === shots

test.each([
  ['zero-shot', 'baseline: "zero-shot"', { method: 'zero-shot', space: undefined }],
  ['tip-adapter in its own space', 'baseline: "TA"', { method: 'tip-adapter', space: 'clip' }],
  [
    'tip-adapter in another space',
    'baseline: "tip-adapter", baselineSpace: "whitened"',
    { method: 'tip-adapter', space: 'whitened' },
  ],
])('pairs with %s count the images that just one of the two takes right', async (_, parameters, baseline) => {
  const tests = await pairs(compared.id, parameters)
  expect(tests.length).toBe(2 * (choices.length - 1))
  for (const each of tests) {
    expect([each.baseline.id, each.baselineSpace?.id]).toEqual([baseline.method, baseline.space])
    const [mine, theirs] = await Promise.all([
      rightOf(each),
      rightOf({ method: each.baseline, space: each.baselineSpace, shots: each.shots }),
    ])
    expect(each.wins).toBe(mine.filter((right, i) => right && !theirs[i]).length)
    expect(each.losses).toBe(mine.filter((right, i) => !right && theirs[i]).length)
    // Three support sets do not make one image three.
    const pooled = mcnemar(each.wins, each.losses)
    if (pooled < 0.01) expect(each.pValue).toBeGreaterThan(pooled)
    expect(each.pValue).toBeLessThanOrEqual(1)
    expect(each.n).toBe(3)
    const mean = (row: Pick<Row, 'method' | 'space' | 'shots'>) => {
      const runs = compared.runs.filter((run) => isOf(run, row))
      return runs.reduce((sum, { accuracy }) => sum + (accuracy ?? NaN), 0) / runs.length
    }
    const other = { method: each.baseline, space: each.baselineSpace, shots: each.shots }
    expect(each.difference).toBeCloseTo(mean(each) - mean(other), 8)
  }
})

/** Of every seed and test image whether it was taken for what it is. */
async function rightOf(row: Pick<Row, 'method' | 'space' | 'shots'>): Promise<boolean[]> {
  const files = compared.runs.filter((run) => isOf(run, row)).map(({ id }) => library.runResults.read(id))
  return (await Promise.all(files)).flatMap(({ labels, predicted }) =>
    [...labels].map((label, i) => label === predicted[i]),
  )
}

test('the same comparison again takes the runs that are there', async () => {
  const { runs } = await server.counts()
  const again = await ended((await compare(whole)).id)
  expect(again.id).not.toBe(compared.id)
  expect(again.status).toBe('SUCCEEDED')
  expect(again.progress).toBe(1)
  expect(again.runs).toEqual(compared.runs)
  expect((await server.counts()).runs).toBe(runs)
})

test('a comparison that shares runs with another makes only the others', async () => {
  const { runs } = await server.counts()
  const wider = await ended((await compare({ ...whole, seeds: [3, 4] })).id)
  expect((await server.counts()).runs).toBe(Number(runs) + 2 * choices.length)
  const shared = wider.runs.filter(({ seed }) => seed === 3).map(({ id }) => id)
  expect(compared.runs.map(({ id }) => id)).toEqual(expect.arrayContaining(shared))
})

test('another protocol, scaling, augmentation or hyperparameter makes other runs', async () => {
  const methods = [{ method: 'tip-x' }]
  const one = { shots: [2], methods }
  const fixed = [{ name: 'beta', value: 3.5 }]
  const comparisons = await Promise.all(
    [
      one,
      { ...one, selection: 'LEAVE_ONE_OUT' },
      { ...one, selection: 'NONE' },
      { ...one, klScaling: 'BATCH' },
      { ...one, augmentations: 2 },
      { ...one, methods: [{ method: 'tip-x', hyperparameters: fixed }] },
    ].map(async (input) => ended((await compare(input)).id)),
  )
  const runs = comparisons.flatMap((each) => each.runs)
  expect(new Set(runs.map(({ id }) => id)).size).toBe(6)
  expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'SUCCEEDED'))
  expect(runs.map(({ selectionImages }) => selectionImages)).toEqual([9, 6, 0, 9, 9, 9])
  expect(runs[2]).toMatchObject({
    selection: 'NONE',
    selectionAccuracy: null,
    hyperparameters: expect.arrayContaining([{ name: 'beta', value: 5.5 }]),
  })
  expect(runs[4]?.supportSet?.augmentations).toBe(2)
  expect(runs[5]?.hyperparameters).toContainEqual(fixed[0])
})

test('images that are added make other runs of the same request', async () => {
  const growing = await makeDataset(library, 'Growing')
  const request = { dataset: growing.id, methods: [{ method: 'zero-shot' }] }
  const before = await ended((await compare(request)).id)
  const more = (await labelledPictures({ TEST: 6 })).filter(({ split }) => split === 'TEST')
  await library.datasets.addImages({ dataset: growing.id, images: more })
  const after = await ended((await compare(request)).id)
  expect([before, after].map(({ runs }) => runs[0]?.testImages)).toEqual([12, 18])
})

test('a run that fails says why, and the comparison ends as FAILED with its good rows readable', async () => {
  const { id } = await compare({
    methods: [{ method: 'throwing' }, { method: 'zero-shot' }],
    selection: 'NONE',
  })
  const failed = await ended(id)
  expect(failed).toMatchObject({
    status: 'FAILED',
    progress: 1,
    error:
      '1 of 2 runs failed; the first: throwing: Plugin outsiders: the method throwing failed: this method always throws',
    errorCode: 'PLUGIN_FAILED',
    runs: [
      {
        status: 'FAILED',
        error: 'Plugin outsiders: the method throwing failed: this method always throws',
        errorCode: 'PLUGIN_FAILED',
        accuracy: null,
        finishedAt: expect.any(String),
      },
      { status: 'SUCCEEDED', error: null, errorCode: null },
    ],
    rows: [{ method: { id: 'zero-shot' } }],
  })
  expect(await pairs(id, 'baseline: "zero-shot"')).toEqual([])
  expect(await pairs(id, 'baseline: "throwing"')).toEqual([])
})

test('a run that failed is tried again by the next comparison that asks for it', async () => {
  const request = { methods: [{ method: 'throwing' }], selection: 'NONE', shots: [3] }
  const [first, second] = [await ended((await compare(request)).id), await ended((await compare(request)).id)]
  expect(second.runs[0]?.status).toBe('FAILED')
  expect(second.runs[0]?.id).not.toBe(first.runs[0]?.id)
})

const slow = { methods: [{ method: 'slow' }, { method: 'zero-shot' }], selection: 'NONE' }

test('a cancelled comparison stays cancelled with the runs that had succeeded, and can be made again', async () => {
  const request = { ...slow, seeds: [1, 2, 3, 4, 5, 6, 7, 8] }
  const { id } = await compare(request)
  let seen = await find(id)
  while (!seen.runs.some(({ status }) => status === 'SUCCEEDED')) {
    await setTimeout(20)
    seen = await find(id)
  }
  const cancelled = await cancel(id)
  expect(cancelled).toMatchObject({ id, status: 'CANCELLED', finishedAt: expect.any(String) })
  await library.comparisons.ended(id)

  const { status, runs } = await find(id)
  expect(status).toBe('CANCELLED')
  const statuses = new Set(runs.map((run) => run.status))
  expect(statuses).toEqual(new Set(['SUCCEEDED', 'CANCELLED']))

  const again = await ended((await compare({ ...request, seeds: [1, 8] })).id)
  expect(again.runs.map((run) => run.status)).toEqual(again.runs.map(() => 'SUCCEEDED'))
  expect((await find(id)).status).toBe('CANCELLED')
})

test('runs that another comparison waits for go on when one is cancelled', async () => {
  const seeds = [21, 22]
  const [first, second] = [await compare({ ...slow, seeds }), await compare({ ...slow, seeds: [22, 23] })]
  await cancel(first.id)
  const { status, runs } = await ended(second.id)
  expect(status).toBe('SUCCEEDED')
  const shared = first.runs.map(({ id }) => id).filter((id) => runs.some((run) => run.id === id))
  expect(shared.length).toBe(2)
  expect((await ended(first.id)).status).toBe('CANCELLED')
})

test('a comparison that waits its turn can be cancelled', async () => {
  const [first, second] = [await compare({ ...slow, seeds: [31] }), await compare({ ...slow, seeds: [32] })]
  expect(await cancel(second.id)).toMatchObject({ status: 'CANCELLED', progress: 0 })
  expect((await ended(first.id)).status).toBe('SUCCEEDED')
  expect((await ended(second.id)).runs.map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED'])
})

test('pairs are of the measure that is asked for', async () => {
  const tests = await pairs(compared.id, 'baseline: "zero-shot", measure: CALIBRATION_ERROR')
  expect(tests.length).toBe(2 * (choices.length - 1))
  for (const each of tests) {
    const mean = ({ method, space }: Pick<Row, 'method' | 'space'>) =>
      compared.rows.find(
        (row) => row.shots === each.shots && row.method.id === method.id && row.space?.id === space?.id,
      )?.calibrationError.mean ?? NaN
    expect(each).toMatchObject({ measure: 'CALIBRATION_ERROR', n: 3 })
    expect(each.difference).toBeCloseTo(
      mean(each) - mean({ method: each.baseline, space: each.baselineSpace }),
      6,
    )
  }
})

test('the verdict and the pair of the same two methods say the same', async () => {
  interface Said {
    readonly recommendation: {
      readonly method: Named
      readonly space: Named | null
      readonly shots: number
      readonly rivals: readonly {
        method: Named
        space: Named | null
        lead: { mean: number; pValue: number }
      }[]
    }
  }
  const { comparison } = await server.read<{ comparison: Said }>(
    `query ($id: ID!) { comparison(id: $id) { recommendation {
      method { id } space { id } shots rivals { method { id } space { id } lead { mean pValue } } } } }`,
    { id: compared.id },
  )
  const { recommendation } = comparison
  const space = recommendation.space ? `, baselineSpace: "${recommendation.space.id}"` : ''
  const tests = await pairs(compared.id, `baseline: "${recommendation.method.id}"${space}`)
  for (const rival of recommendation.rivals) {
    const pair = tests.find(
      (each) =>
        each.shots === recommendation.shots &&
        each.method.id === rival.method.id &&
        each.space?.id === rival.space?.id,
    )
    expect(pair?.pValue).toBeCloseTo(rival.lead.pValue, 12)
    expect(pair?.difference).toBeCloseTo(-rival.lead.mean, 9)
  }
})

test('a comparison tells its protocol and the labelled images that each row rests on', async () => {
  const { comparison } = await server.read<{ comparison: object }>(
    `query ($id: ID!) { comparison(id: $id) {
      protocol { selection klScaling augmentations methods { method { id } space { id } given { name value } } }
      rows { nodes { method { id } shots labelledImages } }
      runs { nodes { temperature labelledImages } }
    } }`,
    { id: compared.id },
  )
  expect(comparison).toMatchObject({
    protocol: {
      ...{ selection: 'VALIDATION', klScaling: 'FROZEN', augmentations: 1 },
      methods: [
        { method: { id: 'zero-shot' }, space: null, given: [] },
        { method: { id: 'tip-adapter' }, space: { id: 'clip' } },
        { method: { id: 'tip-adapter' }, space: { id: 'whitened' } },
        { method: { id: 'tip-x++' } },
      ],
    },
  })
  const { rows, runs } = comparison as {
    rows: { method: Named; shots: number; labelledImages: number }[]
    runs: { temperature: number }[]
  }
  // Three classes, and nine validation images that hyperparameters are selected on.
  for (const { method, shots, labelledImages } of rows) {
    expect(labelledImages).toBe(method.id === 'zero-shot' ? 0 : 3 * shots + 9)
  }
  for (const { temperature } of runs) expect(temperature).toBeGreaterThan(0)
})
