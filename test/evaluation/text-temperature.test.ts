import { describe, expect, test } from 'vitest'
import { fitMethod } from '../../src/evaluation/fit.js'
import { softmax } from '../../src/evaluation/softmax.js'
import { fitTemperature } from '../../src/evaluation/temperature.js'
import { temperatureByTexts } from '../../src/evaluation/text-temperature.js'
import type { Method } from '../../src/methods/contract.js'
import { gda } from '../../src/methods/gda.js'
import { withoutTexts } from '../../src/methods/without-texts.js'
import { zeroShot } from '../../src/methods/zero-shot.js'
import { clip } from '../../src/spaces/clip.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix, rowOf } from '../../src/tensor/matrix.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const random = seeded('by texts')
const drawn = (scale: number) =>
  matrix(
    40,
    5,
    Float32Array.from({ length: 200 }, () => scale * random.next()),
  )
/** How an encoder was trained. */
const trained = { temperature: 1, deviation: 1 }
const labels = Int32Array.from({ length: 40 }, (_, i) => i % 5)

const confidenceOf = (logits: Matrix, temperature: number): number => {
  let sum = 0
  for (let i = 0; i < logits.rows; i++) sum += Math.max(...softmax(rowOf(logits, i), temperature))
  return sum / logits.rows
}

describe('a temperature by the texts', () => {
  test('makes a method as sure in the mean as the texts may be', () => {
    const texts = { logits: drawn(1), labels }
    for (let i = 0; i < 40; i += 2) rowOf(texts.logits, i)[labels[i] as number] = 2
    const logits = drawn(700)
    const temperature = temperatureByTexts(logits, texts)
    const asked = confidenceOf(texts.logits, fitTemperature(texts, trained) ?? 0)
    expect(asked).toBeGreaterThan(0.25)
    expect(confidenceOf(logits, temperature)).toBeCloseTo(asked, 4)
  })

  test('leaves a method sure of something where a few images are not told by the texts', () => {
    const drawn10 = matrix(10, 5, drawn(4).data.slice(0, 50))
    for (let i = 0; i < 10; i++) rowOf(drawn10, i)[i % 5] = 1
    const logits = drawn(700)
    const without = fitTemperature({ logits: drawn10, labels: labels.slice(0, 10) }) ?? 0
    expect(confidenceOf(drawn10, without)).toBeLessThan(0.21)
    const temperature = temperatureByTexts(logits, { logits: drawn10, labels: labels.slice(0, 10) })
    expect(confidenceOf(logits, temperature)).toBeGreaterThan(0.235)
  })

  test('is 1 where the logits say nothing', () => {
    expect(temperatureByTexts(matrix(40, 5), { logits: drawn(1), labels })).toBe(1)
  })
})

const kernels = createKernels(sharedRuntime())
const { support } = syntheticTask({ shots: [1, 1, 1, 1, 1, 1], noise: 0.8 })
const fitOneShot = (method: Method, of = support) =>
  fitMethod({ method, space: clip(), support: of, kernels, selection: 'LEAVE_ONE_OUT' })

describe('at one shot', () => {
  test('zero-shot has the temperature of its likelihood on the support images', async () => {
    const { textClassifier, features, logitScale, classes } = support
    if (!textClassifier) throw new Error('the task has texts')
    const logits = matrix(classes, classes)
    for (let i = 0; i < classes; i++) {
      for (let c = 0; c < classes; c++) {
        const image = rowOf(features.clip ?? matrix(0, 0), i)
        rowOf(logits, i)[c] =
          logitScale * image.reduce((sum, x, k) => sum + x * (rowOf(textClassifier, c)[k] ?? 0), 0)
      }
    }
    const { temperature, calibration } = await fitOneShot(zeroShot())
    const likely = fitTemperature({ logits, labels: support.labels }, trained) ?? 0
    expect(temperature / likely).toBeCloseTo(1, 3)
    expect(calibration.length).toBe(0)
  })

  test('a method without texts keeps 1', async () => {
    expect((await fitOneShot(withoutTexts(gda()), { ...support, textClassifier: null })).temperature).toBe(1)
  })
})
