import { type Column, DataTable, type Order } from '../../components/data-table'
import { MethodName } from '../../components/method-name'
import { fixed, plural, pValue, signed } from '../../design/format'
import { UseThis } from '../classifiers/use-this'
import { type Metric, statisticOf } from './metrics'
import styles from './results.module.css'
import type { Line } from './series'
import { type Pair, pairOf } from './use-pairs'

/** One row per method, one column per number of shots, then the test against the baseline at one number of shots. */
export function ResultsTable({
  comparison,
  lines,
  shots,
  at,
  metric,
  baseline,
  pairs,
  order = `${metric.better === 'high' ? '-' : ''}shots-${at}`,
  onOrder,
}: {
  /** Its id once it has ended, so that a row can be put to use. */
  readonly comparison: string | undefined
  readonly lines: readonly Line[]
  readonly shots: readonly number[]
  readonly at: number
  readonly metric: Metric
  readonly baseline: Line | undefined
  readonly pairs: readonly Pair[]
  readonly order: Order | undefined
  readonly onOrder: (order: Order) => void
}) {
  const columns: Column<Line>[] = [
    {
      id: 'method',
      header: 'Method',
      orderBy: ({ label }) => label,
      cell: ({ method, space }) => <MethodName method={method} space={space} />,
    },
    ...shots.map((k) => shotsColumn(k, lines, metric)),
    {
      id: 'difference',
      header: `At ${at} against baseline`,
      numeric: true,
      orderBy: (line) => pairOf(pairs, line, at)?.difference ?? null,
      cell: (line) =>
        line === baseline ? (
          <span className="muted">baseline</span>
        ) : (
          <Difference pair={pairOf(pairs, line, at)} metric={metric} />
        ),
    },
    {
      id: 'p',
      header: 'p',
      numeric: true,
      orderBy: (line) => pairOf(pairs, line, at)?.pValue ?? null,
      cell: (line) => {
        const pair = pairOf(pairs, line, at)
        return pair ? pValue(pair.pValue) : '–'
      },
    },
    {
      id: 'sets',
      header: 'Support sets won',
      numeric: true,
      cell: (line) => {
        const pair = pairOf(pairs, line, at)
        return pair ? `${pair.setsWon} of ${pair.n}` : '–'
      },
    },
    ...(comparison === undefined ? [] : [columnOfUse(comparison)]),
  ]
  return (
    <DataTable
      label="Results of every method"
      columns={columns}
      rows={lines}
      keyOf={({ key }) => key}
      order={order}
      onOrder={onOrder}
      isMarked={(line) => line === baseline}
    />
  )
}

/** Puts a row to use. */
const columnOfUse = (comparison: string): Column<Line> => ({
  id: 'use',
  header: <span className="visually-hidden">Use</span>,
  cell: ({ encoder, method, space, label }) => (
    <UseThis tone="quiet" {...{ comparison, encoder, method: method.id, space: space?.id ?? null, label }} />
  ),
})

function shotsColumn(shots: number, lines: readonly Line[], metric: Metric): Column<Line> {
  const meanOf = (line: Line): number | null => {
    const row = line.rows.get(shots)
    return row ? statisticOf(row, metric).mean : null
  }
  const means = lines.map(meanOf).filter((mean) => mean !== null)
  const best = metric.better === 'high' ? Math.max(...means) : Math.min(...means)
  return {
    id: `shots-${shots}`,
    header: plural(shots, 'shot'),
    numeric: true,
    orderBy: meanOf,
    cell: (line) => {
      const row = line.rows.get(shots)
      if (!row) return '–'
      const { mean, low, high } = statisticOf(row, metric)
      return (
        <>
          <span className={mean === best ? styles.best : undefined}>{fixed(mean, metric.digits)}</span>
          <span className={styles.spread}>
            {' '}
            {fixed(low, metric.digits)}–{fixed(high, metric.digits)}
          </span>
        </>
      )
    },
  }
}

/** A significant difference is coloured; the sign and the interval carry the same information. */
function Difference({ pair, metric }: { readonly pair: Pair | undefined; readonly metric: Metric }) {
  if (!pair) return '–'
  const { digits, better } = metric
  const isBetter = better === 'high' ? pair.difference > 0 : pair.difference < 0
  const tone = pair.pValue >= 0.05 ? undefined : isBetter ? styles.better : styles.worse
  return (
    <>
      <span className={tone}>{signed(100 * pair.difference, digits)}</span>
      {pair.low !== null && pair.high !== null && (
        <span className={styles.spread}>
          {' '}
          {signed(100 * pair.low, digits)} to {signed(100 * pair.high, digits)}
        </span>
      )}
    </>
  )
}
