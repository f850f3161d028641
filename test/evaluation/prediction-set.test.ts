import { describe, expect, test } from 'vitest'
import { areaUnderRoc, predictionSet, setSizeOf, thresholdOf } from '../../src/evaluation/prediction-set.js'
import { summariseSets } from '../../src/evaluation/set-summary.js'
import { seeded } from '../../src/system/random.js'

describe('the threshold', () => {
  const calibration = Float64Array.of(0.9, 0.1, 0.5, 0.7, 0.3, 0.2, 0.8, 0.4, 0.6) // n = 9

  test.each([
    [0.9, 0.1],
    [0.8, 0.2],
    [0.5, 0.5],
    [0.1, 0.9],
    [0.85, 0.15],
    [0.375, 0.625],
    [0.95, 0],
    [0.02, 0.9],
  ])('for a coverage of %d is %d', (coverage, threshold) => {
    expect(thresholdOf(calibration, coverage)).toBeCloseTo(threshold, 9)
  })

  test('is not known without images', () => {
    expect(thresholdOf(new Float64Array(), 0.9)).toBeNull()
  })

  test.each([
    [20, 0.9],
    [99, 0.9],
    [50, 0.8],
    [12, 0.9],
  ])('from %d images covers %d of new ones', (n, coverage) => {
    const random = seeded('exchangeable', n, coverage)
    let covered = 0
    const trials = 20_000
    for (let trial = 0; trial < trials; trial++) {
      const threshold = thresholdOf(
        Float64Array.from({ length: n }, () => random.next()),
        coverage,
      )
      if (random.next() >= (threshold ?? Number.NaN)) covered++
    }
    // Five standard errors.
    expect(Math.abs(covered / trials - coverage)).toBeLessThan(
      5 * Math.sqrt((coverage * (1 - coverage)) / trials),
    )
  })
})

test('a set holds the classes of at least the threshold, the most probable first; it may be empty', () => {
  const probabilities = Float64Array.of(0.1, 0.5, 0.1, 0.3)
  expect(predictionSet(probabilities, 0.1)).toEqual([1, 3, 0, 2])
  expect(predictionSet(probabilities, 0.2)).toEqual([1, 3])
  expect(predictionSet(probabilities, 0.6)).toEqual([])
  for (const threshold of [0, 0.1, 0.2, 0.6]) {
    expect(setSizeOf(probabilities, threshold)).toBe(predictionSet(probabilities, threshold).length)
  }
})

test('the area under the ROC curve is the share of pairs in the right order, ties counting half', () => {
  const random = seeded('roc')
  const some = (n: number, shift: number) =>
    Array.from({ length: n }, () => Math.round(10 * (random.next() + shift)))
  const [known, unknown] = [some(37, 0.3), some(23, 0)]
  let pairs = 0
  for (const k of known) for (const u of unknown) pairs += k > u ? 1 : k === u ? 0.5 : 0
  expect(areaUnderRoc(known, unknown)).toBeCloseTo(pairs / (37 * 23), 12)
  expect(areaUnderRoc([1, 1], [1])).toBe(0.5)
  expect(areaUnderRoc([2], [1])).toBe(1)
  expect(areaUnderRoc([], [1])).toBeNull()
})

describe('a summary of sets', () => {
  const labels = Int32Array.of(0, 1, 2, 0)
  const run = (
    setSize: number[],
    covered: number[],
    unknown?: { confidence: number[]; setSize: number[] },
  ) => ({
    labels,
    predicted: labels,
    confidence: Float32Array.of(0.9, 0.8, 0.7, 0.6),
    setSize: Int32Array.from(setSize),
    covered: Int32Array.from(covered),
    ...(unknown && {
      unknown: {
        confidence: Float32Array.from(unknown.confidence),
        setSize: Int32Array.from(unknown.setSize),
      },
    }),
  })

  test('has the means over support sets and images', () => {
    const summary = summariseSets(0.9, [
      run([1, 2, 0, 1], [1, 1, 0, 1], { confidence: [0.5, 0.65], setSize: [0, 1] }),
      run([1, 1, 1, 1], [1, 1, 1, 1], { confidence: [0.5, 0.4], setSize: [0, 0] }),
    ])
    expect(summary).toMatchObject({
      promised: 0.9,
      coverage: { mean: 87.5, n: 2 },
      size: { mean: 1, n: 2 },
      empty: { mean: 12.5, n: 2 },
      unknown: { images: 2, turnedAway: { mean: 75, n: 2 }, areaUnderRoc: (7 / 8 + 1) / 2 },
    })
    const { low, high } = summary?.coverage ?? { low: Number.NaN, high: Number.NaN }
    expect(low).toBeLessThan(87.5)
    expect(high).toBeGreaterThan(87.5)
  })

  test('is missing where a run has no sets, or none was promised', () => {
    const { setSize: _, covered: __, ...bare } = run([1, 1, 1, 1], [1, 1, 1, 1])
    expect(summariseSets(0.9, [run([1, 1, 1, 1], [1, 1, 1, 1]), bare])).toBeNull()
    expect(summariseSets(null, [run([1, 1, 1, 1], [1, 1, 1, 1])])).toBeNull()
    expect(summariseSets(0.9, [run([1, 1, 1, 1], [1, 1, 1, 1])])?.unknown).toBeNull()
  })
})
