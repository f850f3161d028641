import { describe, expect, test } from 'vitest'
import { testDifference } from '../../../src/evaluation/statistics/difference.js'
import { mcnemar } from '../../../src/evaluation/statistics/mcnemar.js'

const differences = (...rows: readonly (readonly number[])[]) => ({
  sets: rows.length,
  images: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
})

describe('the difference of two methods', () => {
  test('with one support set is McNemar’s exact test', () => {
    const tested = testDifference(differences([1, 1, 1, -1, 0, 0, 1, 1]), { scale: 100 })
    expect(tested).toMatchObject({ mean: 50, n: 1, setsWon: 1, wins: 5, losses: 1, pValue: mcnemar(5, 1) })
  })

  test('is no more certain for support sets that repeat the first', () => {
    const row = [1, 1, 1, 0, 0, 1, -1, 0, 1, 1]
    const [two, thirty] = [2, 30].map((sets) =>
      testDifference(differences(...Array.from({ length: sets }, () => row)), { scale: 1 }),
    )
    expect(thirty?.pValue).toBeCloseTo(two?.pValue ?? 0, 10)
    expect(thirty?.low).toBeCloseTo(two?.low ?? 0, 10)
    expect(thirty?.pValue).toBeGreaterThan(0.01)
  })

  test('of two images that both always tell is not certain', () => {
    const tested = testDifference(differences([1, 1], [1, 1], [1, 1]), { scale: 1 })
    expect(tested.pValue).toBe(mcnemar(2, 0))
    expect(tested.low).toBeLessThan(0.5)
    expect(tested.high).toBe(1)
  })

  test('has no p-value and no interval for one image', () => {
    expect(testDifference(differences([1], [1]), { scale: 1 })).toMatchObject({
      pValue: null,
      low: null,
      high: null,
    })
  })

  test('of methods that predict the same is 0 with a p-value of 1', () => {
    expect(testDifference(differences([0, 0, 0], [0, 0, 0]), { scale: 1 })).toMatchObject({
      ...{ mean: 0, pValue: 1, low: 0, high: 0, setsWon: 0 },
    })
  })

  test('counts what is lower as better where it is an error', () => {
    const tested = testDifference(differences([-0.2, 0.1, -0.3], [0.1, 0.1, 0.2]), {
      scale: 1,
      higherIsBetter: false,
    })
    expect(tested).toMatchObject({ setsWon: 1, wins: 2, losses: 4 })
  })
})
