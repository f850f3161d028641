import { expect, test } from 'vitest'
import { effectiveDimensions } from '../../../src/spaces/fitting/effective-dimensions.js'
import { seeded } from '../../../src/system/random.js'

/** tr S and tr S² of a Wishart scatter about zero, with the given variances. */
function sample(variances: readonly number[], freedom: number, seed: number) {
  const d = variances.length
  const random = seeded('effective dimensions', seed)
  const next = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()) // Box–Muller
  const rows = Array.from({ length: freedom }, () => variances.map((v) => Math.sqrt(v) * next()))
  const scatter = (k: number, l: number) =>
    rows.reduce((sum, row) => sum + (row[k] as number) * (row[l] as number), 0)
  let [trace, squares] = [0, 0]
  for (let k = 0; k < d; k++) {
    trace += scatter(k, k)
    for (let l = 0; l < d; l++) squares += scatter(k, l) ** 2
  }
  return { trace, squares, freedom, dimensions: d }
}

test('counts the directions that matter, from many observations and from few', () => {
  const variances = [4, 4, 4, 4, ...Array.from({ length: 12 }, () => 0.25)]
  const [sum, squares] = [4 * 4 + 12 * 0.25, 4 * 16 + 12 * 0.0625]
  const truth = sum ** 2 / squares
  for (const freedom of [6, 24, 400]) {
    const repeats = 60
    let mean = 0
    for (let seed = 0; seed < repeats; seed++) {
      mean += effectiveDimensions(sample(variances, freedom, seed)) / repeats
    }
    expect(mean / truth, `with ${freedom} degrees of freedom`).toBeGreaterThan(0.8)
    expect(mean / truth, `with ${freedom} degrees of freedom`).toBeLessThan(1.4)
  }
})

test('is all dimensions where there is too little to tell, and never less than one or more than they are', () => {
  expect(effectiveDimensions({ trace: 3, squares: 9, freedom: 1, dimensions: 8 })).toBe(8)
  expect(effectiveDimensions({ trace: 0, squares: 0, freedom: 0, dimensions: 8 })).toBe(8)
  expect(effectiveDimensions({ trace: 5, squares: 24.9, freedom: 50, dimensions: 8 })).toBeCloseTo(1, 1)
  expect(effectiveDimensions(sample([1, 1, 1], 4, 1))).toBeLessThanOrEqual(3)
})
