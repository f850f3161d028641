import { expect, test } from 'vitest'
import { kolmogorovSmirnov } from '../../../src/evaluation/statistics/kolmogorov-smirnov.js'
import { seeded } from '../../../src/system/random.js'

/** The greatest difference of the distribution functions, at every value. */
function difference(a: readonly number[], b: readonly number[]): number {
  const share = (sample: readonly number[], at: number) =>
    sample.filter((value) => value <= at).length / sample.length
  return Math.max(...[...a, ...b].map((at) => Math.abs(share(a, at) - share(b, at))))
}

/** All ways to choose `count` of these. */
function* choices(items: readonly number[], count: number): Generator<number[]> {
  if (count === 0) yield []
  for (const [i, item] of items.entries()) {
    if (count > 0) for (const rest of choices(items.slice(i + 1), count - 1)) yield [item, ...rest]
  }
}

test('the p-value is the share of all ways to mix the samples that differ at least as much', () => {
  const random = seeded('kolmogorov-smirnov')
  for (const [n, m] of [
    [4, 6],
    [5, 5],
    [3, 8],
  ] as const) {
    const a = Array.from({ length: n }, () => random.next())
    const b = Array.from({ length: m }, () => random.next() + 0.3)
    const all = [...a, ...b]
    const mixed = [...choices(all, n)].map((some) =>
      difference(
        some,
        all.filter((value) => !some.includes(value)),
      ),
    )
    const found = kolmogorovSmirnov(a, b)
    expect(found?.statistic).toBeCloseTo(difference(a, b), 12)
    const extreme = mixed.filter((each) => each >= difference(a, b) - 1e-9)
    expect(found?.pValue).toBeCloseTo(extreme.length / mixed.length, 12)
  }
})

test('large samples of one distribution agree with the limit, and other distributions are told', () => {
  const random = seeded('kolmogorov-smirnov', 'large')
  const draw = (length: number, shift = 0) => Array.from({ length }, () => random.next() + shift)
  const [a, b] = [draw(1500), draw(1500)]
  const found = kolmogorovSmirnov(a, b)
  const lambda = (found?.statistic ?? 0) * Math.sqrt(750)
  const limit = 2 * [1, 2, 3, 4].reduce((sum, k) => sum - (-1) ** k * Math.exp(-2 * (k * lambda) ** 2), 0)
  expect(Math.abs((found?.pValue ?? 0) - limit)).toBeLessThan(0.03)
  expect(kolmogorovSmirnov(a, draw(1500, 0.2))?.pValue).toBeLessThan(1e-6)
  expect(kolmogorovSmirnov(draw(5000), draw(5000, 0.2))?.pValue).toBeLessThan(1e-6)
})

test('equal samples differ by nothing, and an empty sample by nothing that can be tested', () => {
  expect(kolmogorovSmirnov([1, 2, 3], [1, 2, 3])).toEqual({ statistic: 0, pValue: 1 })
  expect(kolmogorovSmirnov([], [1])).toBeNull()
})
