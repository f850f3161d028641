import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  estimateDifference,
  intervalOf,
  type Outcomes,
  proportionInterval,
} from '../../../src/evaluation/statistics/crossed-design.js'
import { testDifference } from '../../../src/evaluation/statistics/difference.js'
import { difference, simulate, stream } from '../../reference/simulated-comparisons.js'

interface Golden {
  readonly cases: readonly {
    readonly outcomes: readonly (readonly number[])[]
    readonly others: readonly (readonly number[])[]
    readonly accuracy: readonly [number, number]
    readonly difference: readonly [number, number]
    readonly degrees: number
    readonly pValue: number
  }[]
}

const golden: Golden = JSON.parse(
  await readFile(new URL('../../golden/crossed-design.json', import.meta.url), 'utf8'),
)

const outcomes = (rows: readonly (readonly number[])[]): Outcomes => ({
  sets: rows.length,
  images: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
})

describe.each(golden.cases.map((each) => [each.outcomes.length, each.outcomes[0]?.length, each] as const))(
  'with %i support sets and %i images',
  (sets, _images, expected) => {
    const y = outcomes(expected.outcomes)
    const differences = difference(y, outcomes(expected.others))

    test('the interval of an accuracy is that of NumPy and SciPy', () => {
      const interval = proportionInterval(y)
      expect(interval?.low).toBeCloseTo(expected.accuracy[0], 10)
      expect(interval?.high).toBeCloseTo(expected.accuracy[1], 10)
    })

    test('the interval of a difference and its degrees of freedom are those of NumPy and SciPy', () => {
      const estimate = estimateDifference(differences)
      expect(estimate.degreesOfFreedom).toBeCloseTo(expected.degrees, 8)
      expect(intervalOf(estimate)?.low).toBeCloseTo(expected.difference[0], 10)
      expect(intervalOf(estimate)?.high).toBeCloseTo(expected.difference[1], 10)
    })

    test.skipIf(sets === 1)('the p-value of a difference is that of NumPy and SciPy', () => {
      expect(testDifference(differences, { scale: 1 }).pValue).toBeCloseTo(expected.pValue, 10)
    })
  },
)

describe('an interval of an accuracy', () => {
  test('has a width where every image is right, and stays within 0 and 1', () => {
    const interval = proportionInterval({ sets: 3, images: 20, values: new Float64Array(60).fill(1) })
    expect(interval?.low).toBeGreaterThan(0.7)
    expect(interval?.low).toBeLessThan(0.95)
    expect(interval?.high).toBe(1)
  })

  test('is not known for one image', () => {
    expect(proportionInterval({ sets: 3, images: 1, values: new Float64Array(3) })).toBe(null)
  })
})

// The whole simulation is `npm run bench -- --filter coverage`. Bounds are six standard errors from what it found.
describe('over simulated comparisons with 3 support sets and 100 images', () => {
  const model = { images: 1, sets: 0.4, sharedImages: 0.8, sharedSets: 0.5 }
  const trials = 400

  test('intervals hold the true accuracy about as often as they say', () => {
    const random = stream('coverage test')
    let held = 0
    for (let trial = 0; trial < trials; trial++) {
      const [y] = simulate({ ...model, accuracies: [0.6] }, 3, 100, random)
      const interval = y && proportionInterval(y)
      if (interval && interval.low <= 0.6 && 0.6 <= interval.high) held++
    }
    expect(held / trials).toBeGreaterThan(0.87)
    expect(held / trials).toBeLessThan(1)
  })

  test('two methods that are equally good are told apart about as rarely as the test says', () => {
    const random = stream('false alarms')
    let alarms = 0
    for (let trial = 0; trial < trials; trial++) {
      const [a, b] = simulate({ ...model, accuracies: [0.6, 0.6] }, 3, 100, random)
      if (a && b && (testDifference(difference(a, b), { scale: 1 }).pValue ?? 1) < 0.05) alarms++
    }
    expect(alarms / trials).toBeLessThan(0.12)
    expect(alarms / trials).toBeGreaterThan(0)
  })

  test('a large difference is found', () => {
    const random = stream('power')
    let found = 0
    for (let trial = 0; trial < 50; trial++) {
      const [a, b] = simulate({ ...model, sets: 0.1, accuracies: [0.9, 0.6] }, 3, 100, random)
      if (a && b && (testDifference(difference(a, b), { scale: 1 }).pValue ?? 1) < 0.05) found++
    }
    expect(found).toBeGreaterThan(45)
  })
})
