import { describe, expect, test } from 'vitest'
import { softmax } from '../../src/evaluation/softmax.js'
import { fitTemperature } from '../../src/evaluation/temperature.js'
import { seeded } from '../../src/system/random.js'
import { matrix, rowOf } from '../../src/tensor/matrix.js'

/** Labels drawn from softmax(logits), so that the logits are calibrated; then the logits times `scale`. */
function calibrated(rows: number, columns: number, scale: number) {
  const random = seeded('temperature', rows, scale)
  const data = Float32Array.from({ length: rows * columns }, () => 6 * random.next())
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    const shares = softmax(data.subarray(i * columns, (i + 1) * columns))
    let left = random.next()
    return Math.max(
      0,
      shares.findIndex((share) => {
        left -= share
        return left < 0
      }),
    )
  })
  return { logits: { rows, columns, data: data.map((logit) => scale * logit) }, labels }
}

/** The smoothed loss of `fitTemperature`, written out. */
function loss({ logits, labels }: ReturnType<typeof calibrated>, temperature: number): number {
  const { rows, columns, data } = logits
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const shares = softmax(data.subarray(i * columns, (i + 1) * columns), temperature)
    for (const [c, share] of shares.entries()) {
      const target = (c === labels[i] ? 1 - 1 / (rows + 2) : 0) + 1 / (rows + 2) / columns
      sum -= target * Math.log(share)
    }
  }
  return sum
}

describe('the temperature', () => {
  test.each([0.1, 1, 30])('of logits that are %d times calibrated ones is about as much', (scale) => {
    const temperature = fitTemperature(calibrated(3000, 5, scale)) ?? 0
    expect(temperature / scale).toBeGreaterThan(0.9)
    expect(temperature / scale).toBeLessThan(1.1)
  })

  test('has the least loss of all temperatures', () => {
    const images = calibrated(80, 4, 3)
    const best = fitTemperature(images) ?? 0
    for (const factor of [0.5, 0.9, 0.99, 1.01, 1.1, 2]) {
      expect(loss(images, best)).toBeLessThan(loss(images, factor * best))
    }
  })

  test('stays positive where every image is right, and grows as images become few', () => {
    const right = (rows: number) => ({
      logits: {
        rows,
        columns: 2,
        data: Float32Array.from({ length: 2 * rows }, (_, k) => (k % 2 === 0 ? 1 : 0)),
      },
      labels: new Int32Array(rows),
    })
    const [few, many] = [fitTemperature(right(4)) ?? 0, fitTemperature(right(400)) ?? 0]
    expect(many).toBeGreaterThan(0)
    expect(few).toBeGreaterThan(many)
  })

  test('is 1 where logits do not differ, and not known without images', () => {
    const flat = { rows: 3, columns: 2, data: new Float32Array(6) }
    expect(fitTemperature({ logits: flat, labels: new Int32Array(3) })).toBe(1)
    const none = { rows: 0, columns: 2, data: new Float32Array() }
    expect(fitTemperature({ logits: none, labels: new Int32Array() })).toBe(null)
  })
})

describe('with a prior', () => {
  const prior = { temperature: 2, deviation: 0.5 }
  const density = (of: ReturnType<typeof calibrated>, temperature: number) =>
    loss(of, temperature) + Math.log(temperature / prior.temperature) ** 2 / (2 * prior.deviation ** 2)

  test.each([
    [10, 0.1],
    [10, 30],
    [200, 1],
    [200, 300],
  ])(
    'the temperature of %d images whose logits are %d times calibrated ones has the least loss',
    (rows, scale) => {
      const images = calibrated(rows, 4, scale)
      const temperature = fitTemperature(images, prior) ?? 0
      for (const factor of [0.98, 1.02]) {
        expect(density(images, temperature)).toBeLessThan(density(images, factor * temperature))
      }
    },
  )

  test('it is that of the prior in the end where logits say nothing, and that of the images where there are many', () => {
    const wrong = { logits: matrix(6, 3), labels: new Int32Array(6) }
    for (let i = 0; i < 6; i++) rowOf(wrong.logits, i).set([0, 1, 1])
    expect(fitTemperature(wrong)).toBeGreaterThan(1000)
    expect(fitTemperature(wrong, prior)).toBeLessThan(10)
    const many = calibrated(3000, 5, 30)
    expect((fitTemperature(many, prior) ?? 0) / (fitTemperature(many) ?? 1)).toBeCloseTo(1, 1)
  })
})
