import { describe, expect, test } from 'vitest'
import { createTally } from '../../src/evaluation/metrics.js'
import type { Predictions } from '../../src/evaluation/predictions.js'
import { readReliability, reliabilityOf } from '../../src/evaluation/reliability.js'
import { seeded } from '../../src/system/random.js'
import { matrix } from '../../src/tensor/matrix.js'

/** Predictions of class 0 with these confidences; the true class is 0 where they are right. */
const run = (confidences: readonly number[], right: readonly boolean[]): Predictions => ({
  labels: Int32Array.from(right, (each) => (each ? 0 : 1)),
  predicted: new Int32Array(right.length),
  confidence: Float32Array.from(confidences),
})

// Quarters and halves are exact in single precision.
const first = run([0.25, 0.375, 0.5, 0.75, 1], [false, true, false, true, true])
const second = run([0.625, 0.875, 1], [true, false, true])

describe('the reliability of runs', () => {
  test('is, by hand, the mean confidence and the share that is right of each bin', () => {
    expect(reliabilityOf([first, second], 4)).toEqual([
      // 0.25 is the upper edge of the first bin and belongs to it.
      { low: 0, high: 0.25, images: 1, confidence: 0.25, accuracy: 0 },
      // 0.375 is right, 0.5 is wrong.
      { low: 0.25, high: 0.5, images: 2, confidence: 0.4375, accuracy: 0.5 },
      // 0.75 and 0.625 are right.
      { low: 0.5, high: 0.75, images: 2, confidence: 0.6875, accuracy: 1 },
      // 1 and 1 are right, 0.875 is wrong.
      { low: 0.75, high: 1, images: 3, confidence: 2.875 / 3, accuracy: 2 / 3 },
    ])
  })

  test('has no means where no prediction is as confident, and keeps the bin', () => {
    expect(reliabilityOf([run([0, 1], [false, true])], 3)).toEqual([
      { low: 0, high: 1 / 3, images: 1, confidence: 0, accuracy: 0 },
      { low: 1 / 3, high: 2 / 3, images: 0, confidence: null, accuracy: null },
      { low: 2 / 3, high: 1, images: 1, confidence: 1, accuracy: 1 },
    ])
  })

  test('is unknown if one of the runs has no confidences, or one that is no number', () => {
    const { labels, predicted } = second
    expect(reliabilityOf([first, { labels, predicted }], 4)).toEqual([])
    expect(reliabilityOf([first, run([0.5, Number.NaN], [true, true])], 4)).toEqual([])
  })

  test('counts every prediction once, and its gaps in 15 bins are the calibration error', () => {
    const random = seeded('reliability')
    const [images, classes] = [500, 6]
    const tally = createTally({ temperature: 0.7 })
    tally.add(
      matrix(
        images,
        classes,
        Float32Array.from({ length: images * classes }, () => 3 * random.next()),
      ),
      Int32Array.from({ length: images }, () => random.integer(classes)),
    )
    const measured = tally.finish()
    const bins = reliabilityOf([measured], 15)
    expect(bins.reduce((sum, bin) => sum + bin.images, 0)).toBe(images)
    const error = bins.reduce(
      (sum, bin) => sum + (bin.images / images) * Math.abs((bin.confidence ?? 0) - (bin.accuracy ?? 0)),
      0,
    )
    expect(error).toBeGreaterThan(0.01)
    expect(error).toBeCloseTo(measured.calibrationError, 10)
  })

  test.each([0, -1, 1.5, 101, Number.NaN])('refuses %d bins, and reads nothing for them', async (bins) => {
    const read = () => Promise.reject(new Error('It was read.'))
    await expect(readReliability([{ id: 'a' }], read, bins)).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      argument: 'bins',
    })
  })

  test('pools the runs that are read', async () => {
    const stored: Record<string, Predictions> = { a: first, b: second }
    const read = (id: string) => Promise.resolve(stored[id] as Predictions)
    expect(await readReliability([{ id: 'a' }, { id: 'b' }], read, 4)).toEqual(
      reliabilityOf([first, second], 4),
    )
  })
})
