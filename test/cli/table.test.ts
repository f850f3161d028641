import { expect, test } from 'vitest'
import { formatComparison, formatVerdict } from '../../src/cli/table.js'
import type { PairwiseTest, SummaryRow } from '../../src/evaluation/summary.js'
import { builtin } from '../../src/methods/builtin.js'
import { createRegistry } from '../../src/methods/registry.js'

const registry = createRegistry([builtin()])

function row(method: string, space: string | null, shots: number, mean: number, n = 3): SummaryRow {
  const statistic = { mean, standardDeviation: 1.25, low: mean - 1, high: mean + 1, n }
  return {
    method,
    space,
    shots,
    accuracy: statistic,
    top5Accuracy: statistic,
    calibrationError: statistic,
    drop: null,
    runs: [],
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
  const lines = formatComparison(rows, registry).split('\n')
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
  const table = formatComparison([row('zero-shot', null, 2, 40, 1)], registry)
  expect(table).toContain('* 40.0 ')
  expect(table).not.toMatch(/±|seeds/)
})

test('the verdict names the best at the most shots and how sure that is', async () => {
  const against: string[] = []
  const verdict = await formatVerdict(rows, registry, async (baseline) => {
    against.push(`${baseline.method} ${baseline.space}`)
    const pair: PairwiseTest = {
      method: 'tip-adapter',
      space: 'whitened',
      shots: 4,
      baseline: baseline.method,
      baselineSpace: baseline.space,
      difference: 71 - baseline.accuracy.mean,
      pValue: baseline.space === 'clip' ? 0.0421 : 1e-9,
      wins: 0,
      losses: 0,
    }
    return [{ ...pair, shots: 1 }, pair]
  })
  expect(against).toEqual(['tip-adapter clip', 'zero-shot null'])
  expect(verdict).toBe(
    "At 4 shots, Tip-Adapter in whitened serves best: 71.0 %, +11.0 points over Tip-Adapter in clip (p = 0.042), +31.0 points over Zero-shot CLIP (p < 0.001); McNemar's exact test.",
  )
})

test('without rows there is no verdict, and alone a method is the best', async () => {
  expect(await formatVerdict([], registry, async () => [])).toBe('')
  const alone = await formatVerdict([row('zero-shot', null, 1, 40)], registry, async () => [])
  expect(alone).toBe('At 1 shot, Zero-shot CLIP serves best: 40.0 %.')
})
