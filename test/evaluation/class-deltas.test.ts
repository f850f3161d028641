import { describe, expect, test } from 'vitest'
import { classDeltasOf } from '../../src/evaluation/class-deltas.js'
import { disagreementsOf } from '../../src/evaluation/disagreements.js'
import { type PredictionPair, pairPredictions } from '../../src/evaluation/prediction-pair.js'
import { holm, mcnemar } from '../../src/evaluation/statistics.js'
import { seeded } from '../../src/system/random.js'

const pair = (labels: number[], predicted: number[], baseline: number[]): PredictionPair => ({
  labels: Int32Array.from(labels),
  predicted: Int32Array.from(predicted),
  baseline: Int32Array.from(baseline),
})

/** Predictions by chance, a baseline among them. */
function byChance(images: number, classes: number, seed: number): PredictionPair {
  const random = seeded('class deltas', seed)
  const draw = () => Array.from({ length: images }, () => random.integer(classes))
  return pair(draw(), draw(), draw())
}

describe('class deltas', () => {
  test('are what counting one class at a time over all seeds gives', () => {
    const pairs = [1, 2, 3].map((seed) => byChance(200, 4, seed))
    const deltas = classDeltasOf(pairs, 4)
    expect(deltas.map(({ classIndex }) => classIndex)).toEqual([0, 1, 2, 3])
    for (const delta of deltas) {
      const images = pairs.flatMap(({ labels, predicted, baseline }) =>
        [...labels.keys()]
          .filter((i) => labels[i] === delta.classIndex)
          .map((i) => ({ right: predicted[i] === labels[i], baselineRight: baseline[i] === labels[i] })),
      )
      const count = (is: (image: (typeof images)[number]) => boolean) => images.filter(is).length
      const wins = count(({ right, baselineRight }) => right && !baselineRight)
      const losses = count(({ right, baselineRight }) => !right && baselineRight)
      expect(delta).toMatchObject({ images: images.length, wins, losses, pValue: mcnemar(wins, losses) })
      expect(delta.accuracy).toBeCloseTo((100 * count(({ right }) => right)) / images.length, 10)
      expect(delta.baselineAccuracy).toBeCloseTo(
        (100 * count(({ baselineRight }) => baselineRight)) / images.length,
        10,
      )
      expect(delta.difference).toBeCloseTo(delta.accuracy - delta.baselineAccuracy, 10)
    }
    expect(deltas.map(({ adjustedPValue }) => adjustedPValue)).toEqual(
      holm(deltas.map(({ pValue }) => pValue)),
    )
  })

  test('leave out classes without test images', () => {
    const deltas = classDeltasOf([pair([0, 2, 2], [0, 2, 0], [1, 2, 2])], 4)
    expect(deltas.map(({ classIndex, difference }) => [classIndex, difference])).toEqual([
      [0, 100],
      [2, -50],
    ])
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
