import { expect, test } from 'vitest'
import { formatComparison, type TableRow } from '../../src/cli/table.js'

const names: Record<string, string> = { 'zero-shot': 'Zero-shot CLIP', 'tip-adapter': 'Tip-Adapter' }

function row(method: string, space: string | null, shots: number, mean: number, n = 3): TableRow {
  return {
    method,
    name: names[method] ?? '',
    space,
    shots,
    accuracy: { mean, low: mean - 2.04, high: mean + 1.25, n },
  }
}

const rows = [
  row('zero-shot', null, 1, 40),
  row('tip-adapter', 'clip', 1, 45.26),
  row('tip-adapter', 'whitened', 4, 71),
  row('tip-adapter', 'clip', 4, 60),
  row('zero-shot', null, 4, 40),
]

test('a comparison is a table: methods down, shots across, the best of each column marked', () => {
  const lines = formatComparison(rows).split('\n')
  const cellsOf = (line = '') =>
    line
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim())
  expect(lines.filter((line) => line.includes('│')).map(cellsOf)).toEqual([
    ['method', 'space', '1 shot', '4 shots'],
    ['Zero-shot CLIP', '–', '40.0 (38.0–41.3)', '40.0 (38.0–41.3)'],
    ['Tip-Adapter', 'clip', '* 45.3 (43.2–46.5)', '60.0 (58.0–61.3)'],
    ['Tip-Adapter', 'whitened', '', '* 71.0 (69.0–72.3)'],
  ])
  expect(lines.at(-1)).toContain('over 3 support sets, with its 95 % interval over images and support sets')
})

test('where classes differ in size, a line below tells how many images they had', () => {
  const uneven = { ...row('zero-shot', null, 4, 40), perClass: { least: 2, mean: 3.333, most: 4 } }
  const even = { ...row('zero-shot', null, 1, 40), perClass: { least: 1, mean: 1, most: 1 } }
  const lines = formatComparison([even, uneven]).split('\n')
  expect(lines.at(-1)).toBe('At 4 shots, a class had 2 to 4 images, 3.3 on average.')
  expect(lines.at(-2)).toContain('Test accuracy')
})

test('of one support set the interval is said to hold for it alone', () => {
  const table = formatComparison([row('zero-shot', null, 2, 40, 1)])
  expect(table).toContain('* 40.0 (38.0–41.3)')
  expect(table).toContain('over images, for this support set')
})
