import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type Correlation,
  correlate,
  type OverlapPoint,
} from '../../../src/evaluation/overlap/correlation.js'
import { studentPValue } from '../../../src/evaluation/statistics/student.js'
import { type Random, seeded } from '../../../src/system/random.js'

interface Case {
  readonly name: string
  readonly x: number[]
  readonly y: number[]
  readonly pearson: [number, number]
  readonly spearman: [number, number]
}

// Made by tools/parity/correlation.py with SciPy.
const cases: Case[] = JSON.parse(readFileSync(new URL('fixtures/correlation.json', import.meta.url), 'utf8'))

/** Equal to so many digits, however small the number. */
const near = (expected: number) => (value: unknown) =>
  typeof value === 'number' && Math.abs(value - expected) <= 1e-9 * Math.abs(expected) + 1e-15

/** Points of one dataset, each in a space of its own if none is given. */
const pointsOf = (
  xs: readonly number[],
  ys: readonly number[],
  { dataset = 'only', spaceOf = String }: { dataset?: string; spaceOf?: (index: number) => string } = {},
): OverlapPoint[] =>
  xs.map((reduction, i) => ({ datasetId: dataset, space: spaceOf(i), reduction, gain: ys[i] ?? NaN }))

function found(points: readonly OverlapPoint[]): Correlation {
  const result = correlate(points)
  if (typeof result === 'string') throw new Error(result)
  return result
}

test.each(cases)('coefficients of one dataset are SciPy’s: $name', ({ x, y, pearson, spearman }) => {
  expect(correlate(pointsOf(x, y))).toMatchObject({
    pearson: { value: expect.toSatisfy(near(pearson[0])) },
    spearman: { value: expect.toSatisfy(near(spearman[0])) },
    n: x.length,
    datasets: 1,
  })
})

test.each(cases)('Student’s p-value of a coefficient is SciPy’s: $name', ({ x, pearson }) => {
  const [r, p] = pearson
  const t = r * Math.sqrt((x.length - 2) / (1 - r * r))
  expect(studentPValue(t, x.length - 2)).toSatisfy(near(p))
})

test('points on a line correlate wholly, and leaving some out changes nothing', () => {
  const { pearson, spearman } = found(pointsOf([1, 2, 3, 4], [9, 7, 5, 3]))
  for (const { value, interval } of [pearson, spearman]) {
    expect(value).toBe(-1)
    expect(interval?.low).toBeCloseTo(-1, 9)
    expect(interval?.high).toBeCloseTo(-1, 9)
  }
})

describe('datasets are kept apart', () => {
  // Within each dataset a unit of reduction costs a unit of gain; between them both are higher in the second.
  const apart = [
    ...pointsOf([0, 1, 2], [2, 1, 0], { dataset: 'low' }),
    ...pointsOf([100, 101, 102], [52, 51, 50], { dataset: 'high' }),
  ]

  test('a difference between datasets is no relation within them', () => {
    expect(found(apart)).toMatchObject({ pearson: { value: -1 }, spearman: { value: -1 }, n: 6, datasets: 2 })
    // The same points as one dataset's would be taken for the opposite.
    expect(found(apart.map((point) => ({ ...point, datasetId: 'one' }))).pearson.value).toBeGreaterThan(0.99)
  })

  test('the pooled coefficient is that of all pairs of points of the same dataset', () => {
    const random = seeded('pairs within datasets')
    const points = [3, 5, 8, 2].flatMap((count, d) =>
      Array.from({ length: count }, (_, i) => ({
        datasetId: `dataset ${d}`,
        space: String(i),
        reduction: 5 * d + random.next(),
        gain: 3 * d * d + 10 * random.next(),
      })),
    )
    // Sums of products about the mean, without a mean: half the sum over pairs, divided by the number of points.
    let [xy, xx, yy] = [0, 0, 0]
    for (const a of points) {
      const same = points.filter(({ datasetId }) => datasetId === a.datasetId)
      for (const b of same) {
        xy += ((a.reduction - b.reduction) * (a.gain - b.gain)) / same.length
        xx += (a.reduction - b.reduction) ** 2 / same.length
        yy += (a.gain - b.gain) ** 2 / same.length
      }
    }
    expect(found(points).pearson.value).toBeCloseTo(xy / Math.sqrt(xx * yy), 12)
  })

  test('a dataset with one point does not count', () => {
    const lone = pointsOf([7], [-40], { dataset: 'lone' })
    expect(found([...apart, ...lone])).toEqual(found(apart))
  })

  test('ranks are those within the dataset', () => {
    const points = [
      ...pointsOf([1, 2, 3], [1, 10, 100], { dataset: 'a' }),
      ...pointsOf([1, 2, 3], [-7, -6, 5], { dataset: 'b' }),
    ]
    expect(found(points).spearman.value).toBeCloseTo(1, 12)
  })
})

describe('the interval', () => {
  test('is the jackknife over spaces, in Fisher’s z, with Student’s t', () => {
    const [xs, ys] = [
      [0.1, 0.2, 0.15, 0.4, 0.35, 0.6, 0.5, 0.55, 0.9, 0.8],
      [1, 3, 2, 2, 5, 4, 6, 3, 8, 5],
    ]
    const spaceOf = (i: number) => `space ${Math.floor(i / 2)}`
    const plain = (keep: (i: number) => boolean) => {
      const [x, y] = [xs, ys].map((values) => values.filter((_, i) => keep(i))) as [number[], number[]]
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
      const sum = (a: number[], b: number[]) =>
        a.reduce((total, value, i) => total + (value - mean(a)) * ((b[i] ?? NaN) - mean(b)), 0)
      return Math.atanh(sum(x, y) / Math.sqrt(sum(x, x) * sum(y, y)))
    }
    const z = plain(() => true)
    const without = [0, 1, 2, 3, 4].map((space) => plain((i) => Math.floor(i / 2) !== space))
    const centre = without.reduce((a, b) => a + b) / 5
    const error = Math.sqrt((4 / 5) * without.reduce((total, each) => total + (each - centre) ** 2, 0))
    // 3.182446 is Student's 97.5 % quantile for 3 degrees of freedom, from a table.
    const { pearson, noInterval } = found(pointsOf(xs, ys, { spaceOf }))
    expect(pearson.interval?.low).toBeCloseTo(Math.tanh(z - 3.182446 * error), 6)
    expect(pearson.interval?.high).toBeCloseTo(Math.tanh(z + 3.182446 * error), 6)
    expect(noInterval).toBeNull()
  })

  test('does not shrink because there are more points of the same spaces', () => {
    const points = pointsOf([0, 1, 2, 3, 4], [0, 2, 1, 4, 2])
    const many = Array.from({ length: 50 }, () => points).flat()
    const [few, copied] = [found(points).pearson, found(many).pearson]
    expect(copied.interval?.low).toBeCloseTo(few.interval?.low ?? NaN, 9)
    expect(copied.interval?.high).toBeCloseTo(few.interval?.high ?? NaN, 9)
  })

  test.each([
    ['three spaces of one dataset', ['a'], 3, 'of 3 spaces'],
    ['one space', ['a'], 1, 'of 1 space,'],
    ['three datasets, however many spaces', ['a', 'b', 'c'], 9, 'of 3 datasets'],
  ])('is missing for %s, and it is said why', (_what, datasets, spaces, says) => {
    const random = seeded('few clusters')
    const points = datasets.flatMap((dataset) =>
      pointsOf(
        Array.from({ length: 12 }, () => random.next()),
        Array.from({ length: 12 }, () => random.next()),
        { dataset, spaceOf: (i) => String(i % spaces) },
      ),
    )
    const { pearson, spearman, noInterval } = found(points)
    expect([pearson.interval, spearman.interval]).toEqual([null, null])
    expect(noInterval).toContain(says)
    expect(noInterval).toContain('too few')
  })

  test('is missing if all that varies is one space', () => {
    const points = pointsOf([0, 0, 0, 0, 1], [0, 1, 2, 3, 4])
    expect(found(points)).toMatchObject({
      pearson: { interval: null },
      noInterval: expect.stringContaining('without one of the spaces'),
    })
  })

  test('there is one for four datasets', () => {
    const random = seeded('four datasets')
    const points = ['a', 'b', 'c', 'd'].flatMap((dataset) =>
      pointsOf([0, 1, 2], [random.next(), random.next(), random.next()], { dataset }),
    )
    const { interval } = found(points).pearson
    expect(interval?.low).toBeLessThan(interval?.high ?? NaN)
  })
})

describe('in simulations of points that are not independent', () => {
  const rounds = 300

  /** Spaces of a dataset with a reduction and a gain each, which correlate by `rho`, and points that scatter about them. */
  function simulated(random: Random, dataset: string, spaces: number, rho: number): OverlapPoint[] {
    const [high, wide] = [10 * random.next(), 0.5 + random.next()]
    return Array.from({ length: spaces }, (_, space) => {
      const [a, b] = [normal(random), normal(random)]
      return Array.from({ length: 12 }, () => ({
        datasetId: dataset,
        space: String(space),
        reduction: high + wide * (a + 0.3 * normal(random)),
        gain: high + wide * (rho * a + Math.sqrt(1 - rho ** 2) * b + 0.5 * normal(random)),
      }))
    }).flat()
  }

  /** The coefficient over infinitely many spaces: the scatter about a space weakens it. */
  const truth = (rho: number) => rho / Math.sqrt(1.09 * 1.25)

  const share = (holds: (round: number) => boolean) =>
    Array.from({ length: rounds }, (_, round) => holds(round)).filter(Boolean).length / rounds

  test.each([
    { datasets: 1, spaces: 5, rho: 0 },
    { datasets: 1, spaces: 7, rho: 0 },
    { datasets: 1, spaces: 7, rho: 0.6 },
    { datasets: 6, spaces: 5, rho: 0 },
  ])(
    'the interval holds the truth, for $datasets datasets of $spaces spaces that correlate by $rho',
    ({ datasets, spaces, rho }) => {
      const random = seeded('coverage', datasets, spaces, rho)
      let naive = 0
      const covered = share(() => {
        const points = Array.from({ length: datasets }, (_, d) =>
          simulated(random, `dataset ${d}`, spaces, rho),
        ).flat()
        const { pearson, n } = found(points)
        const reach = 1.96 / Math.sqrt(n - 3)
        if (Math.abs(Math.atanh(pearson.value) - Math.atanh(truth(rho))) <= reach) naive++
        const { low, high } = pearson.interval ?? { low: NaN, high: NaN }
        return low <= truth(rho) && truth(rho) <= high
      })
      expect(covered).toBeGreaterThan(0.88)
      // The interval that takes points for independent does not hold it.
      expect(naive / rounds).toBeLessThan(0.75)
    },
  )

  test('it excludes 0 where the relation is strong', () => {
    const random = seeded('power')
    const sure = share(() => {
      const { pearson } = found(simulated(random, 'only', 7, 0.98))
      return (pearson.interval?.low ?? NaN) > 0
    })
    expect(sure).toBeGreaterThan(0.8)
  })
})

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

test('no relation at all has a p-value of 1', () => {
  expect(studentPValue(0, 10)).toBe(1)
})

test.each([
  ['no points', [], [], 'at least three points, not 0'],
  ['one point', [1], [2], 'not 1'],
  ['two points', [1, 2], [2, 1], 'not 2'],
  ['equal reductions', [1, 1, 1], [1, 2, 3], 'same reduction of overlap,'],
  ['equal gains', [1, 2, 3], [0, 0, 0], 'same gain in accuracy,'],
])('%s have no correlation, and it is said why', (_what, x, y, says) => {
  expect(correlate(pointsOf(x, y))).toEqual(expect.stringContaining(says))
})

test('points of too many datasets, or constant within each, have none either', () => {
  const lone = ['a', 'b', 'c'].flatMap((dataset) => pointsOf([Math.PI], [1], { dataset }))
  expect(correlate(lone)).toContain('too many datasets')
  const constant = [0.1, 0.7].flatMap((x, i) => pointsOf([x, x, x], [1, 2, 3], { dataset: `${i}` }))
  expect(correlate(constant)).toContain('same reduction of overlap within each dataset')
})
