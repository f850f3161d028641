import { describe, expect, test } from 'vitest'
import { carryTemperature } from '../../src/evaluation/carried-temperature.js'
import { fitMethod } from '../../src/evaluation/fit.js'
import { levelled } from '../../src/evaluation/probabilities.js'
import { softmax } from '../../src/evaluation/softmax.js'
import { fitTemperature } from '../../src/evaluation/temperature.js'
import { defineMethod } from '../../src/methods/contract.js'
import { clip } from '../../src/spaces/clip.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix, rowOf } from '../../src/tensor/matrix.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { prototype } from '../testing/plugins.js'

const random = seeded('carried temperature')
const labels = Int32Array.from({ length: 60 }, (_, i) => i % 4)
const logits = matrix(
  60,
  4,
  Float32Array.from(
    { length: 240 },
    (_, at) => 5 * random.next() + Number(at % 4 === Math.floor(at / 4) % 4),
  ),
)
const temperature = fitTemperature({ logits, labels }) ?? 0
const scaled = (factor: number) =>
  matrix(
    60,
    4,
    logits.data.map((logit) => factor * logit),
  )

describe('a temperature that is carried over to the whole cache', () => {
  test.each([
    [2, 0.5],
    [0.6, 0.5],
    [1.1, 0.07],
  ])('goes on as the scale of logits did: by %d with fewer keys, to the power of %d', (factor, steps) => {
    const fewer = { logits: scaled(factor), labels }
    expect(
      carryTemperature({ temperature, logits, fewer, steps }) / (temperature / factor ** steps),
    ).toBeCloseTo(1, 4)
  })

  test('stays where the number of keys changes nothing', () => {
    const carried = carryTemperature({ temperature, logits, fewer: { logits, labels }, steps: 0.5 })
    expect(carried / temperature).toBeCloseTo(1, 4)
  })

  test('goes down where more keys answer better on the same scale, half as far as the likelihood says', () => {
    // With fewer keys, every third image has another's logits.
    const worse = matrix(60, 4, logits.data.slice())
    for (let i = 0; i < 60; i += 3) rowOf(worse, i).set(rowOf(logits, (i + 1) % 60))
    const likely = fitTemperature({ logits: worse, labels }) ?? 0
    expect(likely).toBeGreaterThan(1.1 * temperature)
    const carried = carryTemperature({ temperature, logits, fewer: { logits: worse, labels }, steps: 1 })
    expect(carried).toBeLessThan(temperature)
    expect(carried).toBeGreaterThan(temperature * (temperature / likely))
  })

  test('is bounded where a smaller cache says nothing at all', () => {
    const fewer = { logits: scaled(1e-9), labels }
    expect(carryTemperature({ temperature, logits, fewer, steps: 0.5 }) / temperature).toBeCloseTo(2, 4)
  })
})

/** The texts’ logits times exp(−1/n), with n keys of each class: the scale of logits that depends on the number of keys alone. */
const { terms: _, ...rest } = prototype()
const growing = defineMethod({
  ...rest,
  hyperparameters: {},
  usesTexts: true,
  async score(batch) {
    const { classes, counts } = batch.cache
    const keys = Math.max(...counts)
    const similarities = await batch.textSimilarities()
    return matrix(
      batch.rows,
      classes,
      similarities.data.map((cosine) => 100 * Math.exp(-1 / keys) * cosine),
    )
  },
})

test.each([3, 4, 5, 8])(
  'a fit by LEAVE_ONE_OUT at %d shots has the temperature of the whole cache',
  async (shots) => {
    const { support } = syntheticTask({ shots: [shots, shots, shots], noise: 1 })
    const kernels = createKernels(sharedRuntime())
    const fitted = await fitMethod({
      ...{ method: growing, space: clip(), support, kernels, selection: 'LEAVE_ONE_OUT' },
    })
    const { textClassifier, features } = support
    if (!textClassifier) throw new Error('the task has texts')
    const images = features.clip ?? matrix(0, 0)
    const whole = matrix(images.rows, support.classes)
    for (let i = 0; i < images.rows; i++) {
      for (let c = 0; c < support.classes; c++) {
        const cosine = rowOf(images, i).reduce((sum, x, k) => sum + x * (rowOf(textClassifier, c)[k] ?? 0), 0)
        rowOf(whole, i)[c] = 100 * Math.exp(-1 / shots) * cosine
      }
    }
    const even = levelled(whole, fitted.typicalSpread)
    const truth = fitTemperature({ logits: even, labels: support.labels }) ?? 0
    // Half of an odd number of images is more or less than half, and logits between two scales are matched by one.
    const tolerance = shots % 2 === 0 ? 0.001 : 0.03
    expect(Math.abs(fitted.temperature / truth - 1)).toBeLessThan(tolerance)
    // The probabilities that thresholds are taken from are those of the images that were left out, at their own temperature.
    const own = Array.from(support.labels, (label, i) => softmax(rowOf(even, i), truth)[label] ?? 0)
    const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
    for (const [i, value] of sorted([...fitted.calibration]).entries()) {
      expect(value).toBeCloseTo(sorted(own)[i] ?? 0, 3)
    }
  },
)
