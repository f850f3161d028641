import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { proportionInterval } from '../../src/evaluation/statistics/crossed-design.js'

const text = await readFile(new URL('../../docs/how-it-works.md', import.meta.url), 'utf8')

test('the worked example is what the formula gives for its table', () => {
  const example = text.slice(text.indexOf('**An example.**'))
  const rows = [...example.matchAll(/^ {4}([01](?: [01])+)$/gm)].map(([, row]) =>
    (row ?? '').split(' ').map(Number),
  )
  const values = Float64Array.from(rows.flat())
  const [mean, low, high] =
    /accuracy is ([\d.]+) %[\s\S]*?from ([\d.]+) to\s+([\d.]+) %/.exec(example)?.slice(1) ?? []
  const interval = proportionInterval({ sets: rows.length, images: rows[0]?.length ?? 0, values })
  expect(rows.length).toBe(2)
  expect((100 * values.reduce((sum, value) => sum + value, 0)) / values.length).toBeCloseTo(Number(mean), 1)
  expect((100 * (interval?.low ?? 0)).toFixed(1)).toBe(low)
  expect((100 * (interval?.high ?? 0)).toFixed(1)).toBe(high)
})
