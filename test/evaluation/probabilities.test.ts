import { describe, expect, test } from 'vitest'
import {
  levelled,
  probabilitiesOf,
  temperatureOf,
  typicalSpreadOf,
} from '../../src/evaluation/probabilities.js'
import { softmax } from '../../src/evaluation/softmax.js'
import { seeded } from '../../src/system/random.js'
import { matrix, rowOf } from '../../src/tensor/matrix.js'

const random = seeded('probabilities')
const logits = matrix(
  50,
  6,
  Float32Array.from({ length: 300 }, (_, at) => (1 + Math.floor(at / 6)) * random.next()),
)
const order = (values: ArrayLike<number>) =>
  [...Array(values.length).keys()].sort((a, b) => (values[b] as number) - (values[a] as number))

describe('the probabilities of an image', () => {
  test('have a temperature that grows with the square root of the spread of its logits', () => {
    const calibration = { temperature: 2, typicalSpread: 1 }
    expect(temperatureOf([1, -1], calibration)).toBe(2)
    expect(temperatureOf([4, -4], calibration)).toBe(4)
    expect(temperatureOf([104, 96], calibration)).toBe(4)
    // NumPy: 1/(1 + exp(−1)) and 1/(1 + exp(−2)); and of [3, 0, 0] at 2·√(√2/1).
    expect(probabilitiesOf([1, -1], calibration)[0]).toBeCloseTo(0.731058578630005, 12)
    expect(probabilitiesOf([4, -4], calibration)[0]).toBeCloseTo(0.880797077977882, 12)
    expect(probabilitiesOf([3, 0, 0], calibration)[0]).toBeCloseTo(0.638347140421927, 12)
  })

  test('are softmax at the temperature without a typical spread, and equal without a spread of their own', () => {
    expect(probabilitiesOf([3, 1], { temperature: 2, typicalSpread: null })).toEqual(softmax([3, 1], 2))
    expect([...probabilitiesOf([5, 5], { temperature: 2, typicalSpread: 3 })]).toEqual([0.5, 0.5])
  })

  test('have the order of the logits', () => {
    const calibration = { temperature: 0.5, typicalSpread: typicalSpreadOf(logits) }
    for (let i = 0; i < logits.rows; i++) {
      expect(order(probabilitiesOf(rowOf(logits, i), calibration))).toEqual(order(rowOf(logits, i)))
    }
  })

  test('are those of levelled logits at one temperature', () => {
    const typicalSpread = typicalSpreadOf(logits)
    const level = levelled(logits, typicalSpread)
    for (let i = 0; i < logits.rows; i++) {
      const expected = probabilitiesOf(rowOf(logits, i), { temperature: 0.7, typicalSpread })
      for (const [c, probability] of softmax(rowOf(level, i), 0.7).entries()) {
        expect(probability).toBeCloseTo(expected[c] ?? Number.NaN, 5)
      }
    }
    expect(levelled(logits, null)).toBe(logits)
  })
})

test('a typical spread is the mean of standard deviations, and null where no logits differ', () => {
  expect(typicalSpreadOf(matrix(2, 2, Float32Array.of(1, -1, 6, 0)))).toBe(2)
  expect(typicalSpreadOf(matrix(2, 3))).toBeNull()
})
