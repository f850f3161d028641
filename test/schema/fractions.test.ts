import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Fractions')
const elsewhere = await makeDataset(library, 'Fractions elsewhere')

async function compared(seeds: number[]): Promise<string> {
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, testDataset: elsewhere.id, shots: [2], seeds },
    methods: [{ method: 'zero-shot' }, { method: 'tip-adapter', space: 'whitened' }],
    ...({ selection: 'LEAVE_ONE_OUT', klScaling: 'FROZEN', augmentations: 1 } as const),
  })
  await library.comparisons.ended(id)
  return id
}

const [id, other] = [await compared([1, 2, 3]), await compared([1, 2])]
const runs = await library.comparisons.runs(id)

const statistic = '{ mean standardDeviation low high n }'
const contrast = 'method: "tip-adapter", space: "whitened", baseline: "zero-shot", shots: 2'

interface Answer {
  readonly rows: object[]
  readonly accuracy: { nodes: object[] }
  readonly calibration: { nodes: object[] }
  readonly classDeltas: object[]
  readonly recommendation: object
  readonly against: object[]
  readonly runs: { perClassAccuracy: number[]; confusion: number[][] }[]
}
const { comparison } = await server.read<{ comparison: Answer }>(
  `query ($id: ID!, $other: ID!) { comparison(id: $id) {
    rows { nodes { accuracy ${statistic} top5Accuracy ${statistic} calibrationError ${statistic} drop ${statistic}
      sets { promised coverage ${statistic} size ${statistic} empty ${statistic} } } }
    accuracy: pairs(baseline: "zero-shot") { nodes { difference low high pValue n } }
    calibration: pairs(baseline: "zero-shot", measure: CALIBRATION_ERROR) { nodes { difference low high pValue n } }
    classDeltas(${contrast}) { nodes { images accuracy baselineAccuracy difference low high pValue } }
    recommendation { accuracy ${statistic} rivals { accuracy ${statistic} lead { mean standardDeviation low high pValue n setsWon } } }
    against(other: $other) { nodes { accuracy ${statistic} otherAccuracy ${statistic} difference low high } }
    runs { nodes { accuracy top5Accuracy calibrationError selectionAccuracy unshiftedAccuracy perClassAccuracy confusion } }
  } }`,
  { id, other },
)

type Numbers = Readonly<Record<string, unknown>>
const numberOf = (value: unknown): unknown => (typeof value === 'number' ? expect.closeTo(value, 10) : value)

/** What the library keeps, with the named numbers divided by 100 and all others as they are. */
const told = (kept: object, names: readonly string[]): Numbers =>
  Object.fromEntries(
    Object.entries(kept).map(([name, value]) => [
      name,
      numberOf(names.includes(name) && typeof value === 'number' ? value / 100 : value),
    ]),
  )
const share = (kept: object) => told(kept, ['mean', 'standardDeviation', 'low', 'high'])
const asKept = (kept: object) => told(kept, [])

test('rows tell accuracies, drops and what sets held as fractions, and sizes and calibration as they are', async () => {
  const rows = await library.comparisons.rows(runs)
  expect(comparison.rows).toEqual(
    rows.map(({ accuracy, top5Accuracy, calibrationError, drop, sets }) => ({
      ...{ accuracy: share(accuracy), top5Accuracy: share(top5Accuracy) },
      ...{ calibrationError: asKept(calibrationError), drop: share(drop ?? {}) },
      sets: {
        ...{ promised: 0.9, coverage: share(sets?.coverage ?? {}) },
        ...{ size: asKept(sets?.size ?? {}), empty: share(sets?.empty ?? {}) },
      },
    })),
  )
  expect(comparison.rows).toMatchObject([{ top5Accuracy: { mean: 1 } }, { top5Accuracy: { mean: 1 } }])
})

test.each([
  ['accuracy', ['difference', 'low', 'high']],
  ['calibrationError', []],
] as const)('pairs tell differences of %s as fractions', async (measure, inPercent) => {
  const [pair] = await library.comparisons.pairs(runs, 'zero-shot', null, measure)
  const { difference, low, high, pValue, n } = pair ?? expect.fail()
  const answer = measure === 'accuracy' ? comparison.accuracy : comparison.calibration
  expect(answer.nodes).toEqual([told({ difference, low, high, pValue, n }, inPercent)])
})

test('the accuracy of a class is the share of its images that are on the diagonal', () => {
  for (const { perClassAccuracy, confusion } of comparison.runs)
    expect(perClassAccuracy).toEqual(
      confusion.map((row, c) =>
        expect.closeTo((row[c] ?? NaN) / row.reduce((sum, count) => sum + count, 0), 10),
      ),
    )
})

const row = async (of: string) => (await library.store.comparisons.get(of)) ?? expect.fail()

test('class deltas, recommendations, two comparisons and runs tell fractions', async () => {
  const input = { method: 'tip-adapter', space: 'whitened', baseline: 'zero-shot', shots: 2 }
  const deltas = await library.contrasts.classDeltas(await row(id), runs, input)
  expect(comparison.classDeltas).toEqual(
    deltas.map(({ images, accuracy, baselineAccuracy, difference, low, high, pValue }) =>
      told({ images, accuracy, baselineAccuracy, difference, low, high, pValue }, [
        ...['accuracy', 'baselineAccuracy', 'difference', 'low', 'high'],
      ]),
    ),
  )
  const kept = (await library.recommend(await library.comparisons.rows(runs))) ?? expect.fail()
  const [rival] = kept.rivals
  const { mean, standardDeviation, low, high, pValue, n, setsWon } = rival?.lead ?? expect.fail()
  const lead = { mean, standardDeviation, low, high, pValue, n, setsWon }
  expect(comparison.recommendation).toEqual({
    accuracy: share(kept.accuracy),
    rivals: [{ accuracy: share(rival?.accuracy ?? {}), lead: share(lead) }],
  })
  const sides = await library.sideBySide(await row(id), await row(other))
  expect(comparison.against).toEqual(
    sides.map(({ accuracy, otherAccuracy, difference, low, high }) => ({
      ...{ accuracy: share(accuracy), otherAccuracy: share(otherAccuracy) },
      ...told({ difference, low, high }, ['difference', 'low', 'high']),
    })),
  )
  expect(comparison.runs).toMatchObject(
    runs.map(({ result }) => {
      const { accuracy, top5Accuracy, calibrationError, selectionAccuracy, unshiftedAccuracy } =
        result ?? expect.fail()
      return told({ accuracy, top5Accuracy, calibrationError, selectionAccuracy, unshiftedAccuracy }, [
        ...['accuracy', 'top5Accuracy', 'selectionAccuracy', 'unshiftedAccuracy'],
      ])
    }),
  )
})
