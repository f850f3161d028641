import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { studentPValue, studentQuantile } from '../../../src/evaluation/statistics/student.js'

interface Golden {
  readonly student: readonly { t: number; degrees: number; pValue: number; quantile: number }[]
}

const { student }: Golden = JSON.parse(
  await readFile(new URL('../../golden/crossed-design.json', import.meta.url), 'utf8'),
)

test.each(student.map((each) => [each.t, each.degrees, each] as const))(
  'the p-value of t = %d with %d degrees of freedom is SciPy’s, and so is the quantile',
  (t, degrees, { pValue, quantile }) => {
    expect(Math.abs(studentPValue(t, degrees) / pValue - 1)).toBeLessThan(1e-10)
    expect(studentPValue(-t, degrees)).toBe(studentPValue(t, degrees))
    expect(Math.abs(studentQuantile(0.05, degrees) / quantile - 1)).toBeLessThan(1e-9)
  },
)

test('an infinite t has a p-value of 0', () => {
  expect(studentPValue(Number.POSITIVE_INFINITY, 3)).toBe(0)
})
