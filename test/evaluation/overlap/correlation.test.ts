import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { correlate } from '../../../src/evaluation/overlap/correlation.js'
import { correlationPValue } from '../../../src/evaluation/statistics/student.js'

interface Case {
  readonly name: string
  readonly x: number[]
  readonly y: number[]
  readonly pearson: [number, number]
  readonly spearman: [number, number]
}

// Made by tools/parity/correlation.py with SciPy.
const cases: Case[] = JSON.parse(readFileSync(new URL('fixtures/correlation.json', import.meta.url), 'utf8'))

/** Equal to so many digits, however small the number. */
const near = (expected: number) => (value: unknown) =>
  typeof value === 'number' && Math.abs(value - expected) <= 1e-9 * Math.abs(expected) + 1e-15

test.each(cases)('coefficients and p-values are SciPy’s: $name', ({ x, y, pearson, spearman }) => {
  expect(correlate(x, y)).toEqual({
    pearson: { value: expect.toSatisfy(near(pearson[0])), pValue: expect.toSatisfy(near(pearson[1])) },
    spearman: { value: expect.toSatisfy(near(spearman[0])), pValue: expect.toSatisfy(near(spearman[1])) },
    n: x.length,
  })
})

test('points on a line correlate wholly, without a doubt', () => {
  const line = correlate([1, 2, 3, 4], [9, 7, 5, 3])
  expect(line).toMatchObject({ pearson: { value: -1, pValue: 0 }, spearman: { value: -1, pValue: 0 } })
})

test('no relation at all has a p-value of 1', () => {
  expect(correlationPValue(0, 12)).toBe(1)
})

test.each([
  ['no points', [], [], 'at least three points, not 0'],
  ['one point', [1], [2], 'not 1'],
  ['two points', [1, 2], [2, 1], 'not 2'],
  ['equal first coordinates', [1, 1, 1], [1, 2, 3], 'same first coordinate'],
  ['equal second coordinates', [1, 2, 3], [0, 0, 0], 'same second coordinate'],
])('%s have no correlation, and it is said why', (_what, x, y, says) => {
  expect(correlate(x, y)).toEqual(expect.stringContaining(says))
})
