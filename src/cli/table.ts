import Table from 'cli-table3'
import type { PairwiseTest, SummaryRow } from '../evaluation/summary.js'
import type { Registry } from '../methods/registry.js'

/** A comparison as a person reads it in a terminal: methods down, shots across, accuracy ± deviation over the seeds. */
export function formatComparison(rows: readonly SummaryRow[], registry: Registry): string {
  const shots = [...new Set(rows.map((row) => row.shots))].sort((a, b) => a - b)
  const lines = [...new Map(rows.map((row) => [`${row.method} ${row.space}`, row])).values()]
  const best = new Map(
    shots.map((k) => [
      k,
      Math.max(...rows.filter((row) => row.shots === k).map(({ accuracy }) => accuracy.mean)),
    ]),
  )
  const table = new Table({
    head: ['method', 'space', ...shots.map((k) => `${k} shot${k === 1 ? '' : 's'}`)],
    colAligns: ['left', 'left', ...shots.map(() => 'right' as const)],
    style: { head: [], border: [] },
  })
  for (const { method, space } of lines) {
    table.push([
      registry.method(method).name,
      space ?? '–',
      ...shots.map((k) => {
        const row = rows.find((each) => each.method === method && each.space === space && each.shots === k)
        if (!row) return ''
        const { mean, standardDeviation, n } = row.accuracy
        const spread = n > 1 ? ` ± ${standardDeviation.toFixed(1)}` : ''
        return `${mean === best.get(k) ? '* ' : ''}${mean.toFixed(1)}${spread}`
      }),
    ])
  }
  const n = rows[0]?.accuracy.n ?? 0
  const over = n > 1 ? `, mean ± standard deviation over ${n} seeds` : ''
  return `${table.toString()}\nTest accuracy in %${over}; * marks the best.`
}

/**
 * The row to use, in words: the best at the greatest number of shots, and how sure that is against zero-shot and against
 * the next best method, by the tests given against each baseline.
 */
export async function formatVerdict(
  rows: readonly SummaryRow[],
  registry: Registry,
  testsAgainst: (row: SummaryRow) => Promise<readonly PairwiseTest[]>,
): Promise<string> {
  const shots = Math.max(...rows.map((row) => row.shots))
  const ranked = rows.filter((row) => row.shots === shots).sort((a, b) => b.accuracy.mean - a.accuracy.mean)
  const [best, next] = ranked
  if (!best) return ''
  const nameOf = ({ method, space }: SummaryRow) =>
    registry.method(method).name + (space === null ? '' : ` in ${space}`)
  const rivals = [next, ranked.find(({ method }) => method === 'zero-shot')]
  const margins: string[] = []
  for (const rival of new Set(rivals)) {
    if (!rival || rival === best) continue
    const tests = await testsAgainst(rival)
    const test = tests.find(
      (each) => each.method === best.method && each.space === best.space && each.shots === shots,
    )
    if (test)
      margins.push(`${signed(test.difference)} points over ${nameOf(rival)} (${formatP(test.pValue)})`)
  }
  const head = `At ${shots} shot${shots === 1 ? '' : 's'}, ${nameOf(best)} serves best: ${best.accuracy.mean.toFixed(1)} %`
  return margins.length > 0 ? `${head}, ${margins.join(', ')}; McNemar's exact test.` : `${head}.`
}

const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(1)}`

const formatP = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`)
