import { expect, test } from 'vitest'
import { fisher } from '../../../src/evaluation/statistics/fisher.js'

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)

test('the p-value is the probability of all tables that are at most as likely', () => {
  // Of twelve teas, the classic example has 3 of 4 and 1 of 4: p = 0.4857.
  expect(fisher({ count: 3, of: 4 }, { count: 1, of: 4 })).toBeCloseTo(34 / 70, 10)
  for (const [a, b] of [
    [
      { count: 7, of: 12 },
      { count: 2, of: 9 },
    ],
    [
      { count: 0, of: 5 },
      { count: 6, of: 8 },
    ],
  ] as const) {
    const total = a.count + b.count
    const tables = Array.from({ length: total + 1 }, (_, k) => k)
      .filter((k) => k <= a.of && total - k <= b.of)
      .map((k) => (choose(a.of, k) * choose(b.of, total - k)) / choose(a.of + b.of, total))
    const own = (choose(a.of, a.count) * choose(b.of, b.count)) / choose(a.of + b.of, total)
    const expected = tables.filter((each) => each <= own * (1 + 1e-7)).reduce((sum, each) => sum + each, 0)
    expect(fisher(a, b)).toBeCloseTo(expected, 10)
  }
})

test('large samples do not underflow, and equal shares are no change', () => {
  expect(fisher({ count: 900, of: 1000 }, { count: 900, of: 1000 })).toBeCloseTo(1, 6)
  const p = fisher({ count: 9000, of: 10_000 }, { count: 8000, of: 10_000 })
  expect(p).toBeLessThan(1e-20)
  expect(fisher({ count: 0, of: 0 }, { count: 1, of: 2 })).toBe(1)
})
