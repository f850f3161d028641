import { expect, test } from 'vitest'
import type { Correlation } from '../../../src/evaluation/overlap/correlation.js'
import { correlationText } from '../../../src/evaluation/overlap/correlation-text.js'

function found(value: number, interval: readonly [number, number] | null, more: Partial<Correlation> = {}) {
  const coefficient = { value, interval: interval && { low: interval[0], high: interval[1] } }
  return { pearson: coefficient, spearman: coefficient, n: 20, datasets: 1, noInterval: null, ...more }
}

test.each([
  [
    'a relation, if the interval is above 0',
    found(0.614, [0.2, 0.804]),
    'In this dataset, spaces with less overlap gain more accuracy: r = 0.61 (95 % interval 0.20 to 0.80).',
  ],
  [
    'the opposite, if it is below 0',
    found(-0.5, [-0.8, -0.1]),
    'In this dataset, spaces with less overlap gain less accuracy: r = −0.50 (95 % interval −0.80 to −0.10).',
  ],
  [
    'no relation, if it holds 0',
    found(0.08, [-0.3, 0.4]),
    'In this dataset, no clear relation was found: r = 0.08 (95 % interval −0.30 to 0.40).',
  ],
  [
    'no relation, if the coefficient is great and the interval wide',
    found(0.9, [-0.001, 0.99]),
    'In this dataset, no clear relation was found: r = 0.90 (95 % interval 0.00 to 0.99).',
  ],
  [
    'that it may be chance, without an interval',
    found(0.9, null, { noInterval: 'The points are of 3 spaces.' }),
    'In this dataset, r = 0.90. This may be chance. The points are of 3 spaces.',
  ],
  [
    'how many datasets there are',
    found(0.3, [0.1, 0.5], { datasets: 5 }),
    'Over 5 datasets, each against its own mean, spaces with less overlap gain more accuracy: r = 0.30 (95 % interval 0.10 to 0.50).',
  ],
  [
    'why there is nothing',
    'A correlation needs at least three points, not 1.',
    'No relation can be measured. A correlation needs at least three points, not 1.',
  ],
])('it says %s', (_what, correlation, text) => {
  expect(correlationText(correlation)).toBe(text)
})
