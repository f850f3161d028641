import { expect, test } from 'vitest'
import { defaultSplitRule, type SplitRule, splitClass } from '../../src/sources/split-rule.js'

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}.png`)

function counts(images: number, rule: SplitRule = defaultSplitRule): number[] {
  const splits = [...splitClass('owl', names(images), rule).values()]
  return ['SUPPORT_POOL', 'VALIDATION', 'TEST'].map((split) => splits.filter((each) => each === split).length)
}

test('every class is shared out by the rule, and a few images go to the support pool first, then to the test split', () => {
  expect(counts(100)).toEqual([50, 20, 30])
  expect(counts(10)).toEqual([5, 2, 3])
  expect([0, 1, 2, 3, 4].map((images) => counts(images))).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [1, 0, 1],
    [1, 1, 1],
    [2, 1, 1],
  ])
})

test('no image is lost to rounding, whatever the shares', () => {
  for (const supportPool of [0, 0.1, 1 / 3, 0.7, 1]) {
    for (let images = 0; images < 40; images++) {
      const rule = { supportPool, validation: (1 - supportPool) / 2, test: (1 - supportPool) / 2, seed: 1 }
      const [pool = 0, validation = 0, tests = 0] = counts(images, rule)
      expect(pool + validation + tests).toBe(images)
      for (const [count, share] of [
        [pool, rule.supportPool],
        [validation, rule.validation],
        [tests, rule.test],
      ] as const) {
        expect(Math.abs(count - share * images)).toBeLessThan(1)
      }
    }
  }
})

test('the split depends on the names, the class and the seed, and not on the order', () => {
  const given = splitClass('owl', names(30), defaultSplitRule)
  expect(splitClass('owl', names(30).reverse(), defaultSplitRule)).toEqual(given)
  expect(splitClass('wren', names(30), defaultSplitRule)).not.toEqual(given)
  expect(splitClass('owl', names(30), { ...defaultSplitRule, seed: 2 })).not.toEqual(given)
})
