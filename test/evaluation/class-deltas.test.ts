import { describe, expect, test } from 'vitest'
import { classDeltasOf } from '../../src/evaluation/class-deltas.js'
import { disagreementsOf } from '../../src/evaluation/disagreements.js'
import { type PredictionPair, pairPredictions } from '../../src/evaluation/prediction-pair.js'
import { holm } from '../../src/evaluation/statistics/holm.js'
import { mcnemar } from '../../src/evaluation/statistics/mcnemar.js'
import { seeded } from '../../src/system/random.js'

const pair = (labels: number[], predicted: number[], baseline: number[]): PredictionPair => ({
  labels: Int32Array.from(labels),
  predicted: Int32Array.from(predicted),
  baseline: Int32Array.from(baseline),
})

const runs = (labels: number[], predicted: number[], baseline: number[]) => ({
  method: { labels: Int32Array.from(labels), predicted: Int32Array.from(predicted) },
  baseline: { labels: Int32Array.from(labels), predicted: Int32Array.from(baseline) },
})

/** Three support sets on the same test images, with predictions by chance. */
function byChance(images: number, classes: number) {
  const random = seeded('class deltas')
  const draw = () => Array.from({ length: images }, () => random.integer(classes))
  const labels = draw()
  return [1, 2, 3].map(() => runs(labels, draw(), draw()))
}

describe('class deltas', () => {
  test('are what counting one class at a time over all support sets gives', () => {
    const pairs = byChance(200, 4)
    const deltas = classDeltasOf(pairs, 4)
    expect(deltas.map(({ classIndex }) => classIndex)).toEqual([0, 1, 2, 3])
    for (const delta of deltas) {
      const images = pairs.flatMap(({ method, baseline }) =>
        [...method.labels.keys()]
          .filter((i) => method.labels[i] === delta.classIndex)
          .map((i) => ({
            right: method.predicted[i] === method.labels[i],
            baselineRight: baseline.predicted[i] === method.labels[i],
          })),
      )
      const count = (is: (image: (typeof images)[number]) => boolean) => images.filter(is).length
      const wins = count(({ right, baselineRight }) => right && !baselineRight)
      const losses = count(({ right, baselineRight }) => !right && baselineRight)
      // An image is one image, however many support sets there are.
      expect(delta).toMatchObject({ images: images.length / 3, n: 3, wins, losses })
      expect(delta.accuracy).toBeCloseTo((100 * count(({ right }) => right)) / images.length, 10)
      expect(delta.baselineAccuracy).toBeCloseTo(
        (100 * count(({ baselineRight }) => baselineRight)) / images.length,
        10,
      )
      expect(delta.difference).toBeCloseTo(delta.accuracy - delta.baselineAccuracy, 10)
      expect(delta.low).toBeLessThan(delta.difference)
      expect(delta.high).toBeGreaterThan(delta.difference)
    }
    expect(deltas.map(({ adjustedPValue }) => adjustedPValue)).toEqual(
      holm(deltas.map(({ pValue }) => pValue)),
    )
  })

  test('with one support set have the p-value of McNemar’s exact test', () => {
    const [one] = byChance(200, 4)
    for (const { pValue, wins, losses } of one ? classDeltasOf([one], 4) : []) {
      expect(pValue).toBe(mcnemar(wins, losses))
    }
  })

  test('leave out classes without test images, and do not test classes with one', () => {
    const deltas = classDeltasOf([runs([0, 2, 2], [0, 2, 0], [1, 2, 2])], 4)
    expect(deltas.map(({ classIndex, difference, pValue }) => [classIndex, difference, pValue])).toEqual([
      [0, 100, null],
      [2, -50, 1],
    ])
    expect(deltas.map(({ adjustedPValue }) => adjustedPValue)).toEqual([null, 1])
  })

  test('of a class of eight images are no surer with thirty support sets that say the same', () => {
    const one = runs([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 0, 1, 0, 1, 0, 1])
    const [three, thirty] = [3, 30].map((sets) => classDeltasOf(new Array(sets).fill(one), 1)[0])
    expect(thirty?.pValue).toBeCloseTo(three?.pValue ?? 0, 10)
    expect(thirty?.pValue).toBeGreaterThan(0.01)
  })
})

describe("Holm's procedure", () => {
  test.each([
    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm"), the example that textbooks work through.
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.03, 0.06, 0.06, 0.02],
    ],
    [
      [0.6, 0.9],
      [1, 1],
    ],
    [[0.2], [0.2]],
    [[], []],
  ])('makes %j %j', (pValues, expected) => {
    for (const [i, value] of holm(pValues).entries()) expect(value).toBeCloseTo(expected[i] as number, 12)
    expect(holm(pValues).length).toBe(expected.length)
  })
})

describe('disagreements', () => {
  test('are where the two take an image for different classes, with who is right', () => {
    expect(disagreementsOf(pair([0, 1, 2, 0, 1], [0, 1, 0, 2, 1], [0, 2, 1, 0, 1]))).toEqual([
      { position: 1, kind: 'METHOD_RIGHT' },
      { position: 2, kind: 'BOTH_WRONG' },
      { position: 3, kind: 'BASELINE_RIGHT' },
    ])
  })

  test('of runs that saw a different number of images are among those that both saw', () => {
    const labels = Int32Array.of(0, 1, 1)
    const few = { labels: labels.subarray(0, 2), predicted: Int32Array.of(1, 1) }
    expect(disagreementsOf(pairPredictions({ labels, predicted: Int32Array.of(0, 1, 0) }, few))).toEqual([
      { position: 0, kind: 'METHOD_RIGHT' },
    ])
  })
})
