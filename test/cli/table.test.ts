import { expect, test } from 'vitest'
import { formatComparison, type TableRow } from '../../src/cli/table.js'

const names: Record<string, string> = { 'zero-shot': 'Zero-shot CLIP', 'tip-adapter': 'Tip-Adapter' }

function row(method: string, space: string | null, shots: number, mean: number, n = 3): TableRow {
  return { method, name: names[method] ?? '', space, shots, accuracy: { mean, standardDeviation: 1.25, n } }
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
    ['Zero-shot CLIP', '–', '40.0 ± 1.3', '40.0 ± 1.3'],
    ['Tip-Adapter', 'clip', '* 45.3 ± 1.3', '60.0 ± 1.3'],
    ['Tip-Adapter', 'whitened', '', '* 71.0 ± 1.3'],
  ])
  expect(lines.at(-1)).toContain('over 3 seeds')
})

test('of one seed there is no spread to tell', () => {
  const table = formatComparison([row('zero-shot', null, 2, 40, 1)])
  expect(table).toContain('* 40.0 ')
  expect(table).not.toMatch(/±|seeds/)
})
