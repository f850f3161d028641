import { describe, expect, test } from 'vitest'
import { argmax, confusionOf, createTally, perClassAccuracyOf } from '../../src/evaluation/metrics.js'
import { softmax } from '../../src/evaluation/softmax.js'
import { matrix } from '../../src/tensor/matrix.js'

/** Logits [n, C] and the class of each row. */
function measure(rows: readonly (readonly number[])[], labels: readonly number[]) {
  const tally = createTally()
  tally.add(
    matrix(rows.length, rows[0]?.length ?? 0, Float32Array.from(rows.flat())),
    Int32Array.from(labels),
  )
  return tally.finish()
}

/** Logits of two classes whose softmax is [p, 1 − p]. */
const confident = (p: number): number[] => [Math.log(p), Math.log(1 - p)]

describe('predictions', () => {
  test('are the greatest logit, the first among equals', () => {
    const { predicted } = measure(
      [
        [1, 3, 2],
        [2, 1, 2],
        [-1, -1, -1],
      ],
      [0, 0, 0],
    )
    expect([...predicted]).toEqual([1, 0, 0])
    expect(argmax([4, 7, 7])).toBe(1)
  })
})

describe('accuracy', () => {
  test('is a percentage of all images', () => {
    const rows = [
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ]
    expect(measure(rows, [0, 1, 1, 1])).toMatchObject({ accuracy: 75, images: 4 })
  })

  test('of the top five counts a class among the five greatest logits', () => {
    const row = [9, 8, 7, 6, 5, 4, 3]
    expect(measure([row, row], [4, 5])).toMatchObject({ accuracy: 0, top5Accuracy: 50 })
  })

  test('of the top five takes equal logits in the order of the classes', () => {
    const row = [1, 1, 1, 1, 1, 1, 1]
    expect(measure([row, row, row, row], [0, 1, 2, 5]).top5Accuracy).toBe(75)
  })

  test('of the top five is whole where there are no more than five classes', () => {
    expect(measure([[5, 4, 3, 2, 1]], [4])).toMatchObject({ accuracy: 0, top5Accuracy: 100 })
  })
})

describe('the calibration error', () => {
  test('is the gap between confidence and accuracy in each bin, by its share of images', () => {
    // 0.95, 0.95 and 0.97 share the last of 15 bins, 0.6 twice another: (|2.87 − 2| + |1.2 − 1|) / 5.
    const rows = [0.95, 0.95, 0.97, 0.6, 0.6].map(confident)
    expect(measure(rows, [0, 0, 1, 0, 1]).calibrationError).toBeCloseTo(0.214, 6)
  })

  test('does not let bins make up for each other', () => {
    // Over-confident by 0.9 in one bin and under-confident by 0.4 in another.
    expect(measure([confident(0.9), confident(0.6)], [1, 0]).calibrationError).toBeCloseTo((0.9 + 0.4) / 2, 6)
  })

  test('is 0 for a classifier that is sure and right, 1 for one that is sure and wrong', () => {
    expect(measure([[1000, 0]], [0]).calibrationError).toBe(0)
    expect(measure([[1000, 0]], [1]).calibrationError).toBe(1)
  })
})

test('chunks measure the same as the whole', () => {
  const rows = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(3 * i)])
  const labels = rows.map((_, i) => i % 3)
  const tally = createTally()
  for (const [from, to] of [
    [0, 7],
    [7, 7],
    [7, 20],
  ] as const) {
    const part = Float32Array.from(rows.slice(from, to).flat())
    tally.add(matrix(to - from, 3, part), Int32Array.from(labels.slice(from, to)))
  }
  expect(tally.finish()).toEqual(measure(rows, labels))
})

test('nothing measured is 0 of 0', () => {
  expect(createTally().finish()).toEqual({
    labels: new Int32Array(),
    predicted: new Int32Array(),
    confidence: new Float32Array(),
    rank: new Int32Array(),
    images: 0,
    accuracy: 0,
    top5Accuracy: 0,
    calibrationError: 0,
  })
})

test('softmax sums to 1, also of logits that would overflow', () => {
  // scipy.special.softmax([1, 2, 3])
  const expected = [0.09003057317038046, 0.24472847105479764, 0.6652409557748218]
  for (const shift of [0, 1e4, -1e4]) {
    for (const [i, value] of softmax([1 + shift, 2 + shift, 3 + shift]).entries()) {
      expect(value).toBeCloseTo(expected[i] as number, 12)
    }
  }
})

test('confusion counts images by their class and what they were taken for', () => {
  const confusion = confusionOf(Int32Array.of(0, 0, 1, 1, 1), Int32Array.of(0, 1, 1, 1, 0), 3)
  expect(confusion).toEqual([
    [1, 1, 0],
    [1, 2, 0],
    [0, 0, 0],
  ])
  expect(perClassAccuracyOf(confusion)).toEqual([50, 200 / 3, 0])
})
