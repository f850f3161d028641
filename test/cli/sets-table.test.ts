import { expect, test } from 'vitest'
import { formatSets } from '../../src/cli/sets-table.js'
import type { TableRow } from '../../src/cli/table.js'

const statistic = (mean: number, n = 3) => ({ mean, low: mean - 1, high: mean + 1, n })

const row = (shots: number, sets: TableRow['sets'], n = 3): TableRow => ({
  ...{ method: 'tip-adapter', name: 'Tip-Adapter', space: 'clip', shots },
  accuracy: statistic(70, n),
  sets: sets ?? null,
})

const sets = {
  promised: 0.995,
  coverage: statistic(91),
  size: statistic(2.5),
  empty: statistic(3),
  unknown: null,
}

const cellsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.includes('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

test('prediction sets are a table: a line for each method and number of shots that has them', () => {
  const text = formatSets([row(1, null), row(4, sets)])
  expect(cellsOf(text)).toEqual([
    ['method', 'space', 'shots', 'in the set', 'classes', 'empty'],
    ['Tip-Adapter', 'clip', '4', '91.0 (90.0–92.0)', '2.5 (1.5–3.5)', '3.0 (2.0–4.0)'],
  ])
  expect(text).toContain('promised: 99.5 %')
  expect(text).toContain('over images and support sets')
  expect(text).not.toContain('AUROC')
})

test('images of no class have two columns, and an AUROC of 0 is a number', () => {
  const unknown = { images: 12, turnedAway: statistic(40), areaUnderRoc: 0 }
  const text = formatSets([row(4, { ...sets, unknown })])
  expect(cellsOf(text)[1]?.slice(-2)).toEqual(['40.0 (39.0–41.0)', '0.000'])
  expect(text).toContain('12 images of no class')
})

test('of one support set the intervals are said to hold for it alone', () => {
  expect(formatSets([row(4, sets, 1)])).toContain('over images, for this support set')
})

test('without sets the reason is said', () => {
  expect(formatSets([row(1, null)])).toContain('no labelled image could be left out')
})
