import { type ReactNode, useState } from 'react'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed, signed } from '../../design/format'
import { seriesStyle } from '../../design/series-style'
import styles from './details.module.css'
import type { Line } from './series'
import { classAccuracies, useConfusion, useRuns } from './use-runs'

interface ClassRow {
  readonly index: number
  readonly name: string
  readonly images: number
  readonly accuracy: number | null
  readonly baseline: number | null
}

/** How each class fares: the method's bar beside the baseline's. */
export function ClassesTab({
  id,
  line,
  baseline,
  shots,
  method,
}: {
  readonly id: string
  readonly line: Line
  readonly baseline: Line
  readonly shots: number
  readonly method: ReactNode
}) {
  const [order, setOrder] = useState('-accuracy')
  const { comparison, error } = useRuns(id)
  const mine = useConfusion(comparison?.runs, line, shots)
  const theirs = useConfusion(comparison?.runs, baseline, shots)
  if (error) return <Problems error={error} />
  if (!comparison || !mine) return <Loading what="classes" />
  const accuracies = classAccuracies(mine)
  const baselines = theirs && classAccuracies(theirs)
  const rows = comparison.dataset.classes.map(({ index, name }) => ({
    index,
    name,
    images: (mine[index] ?? []).reduce((sum, value) => sum + value, 0),
    accuracy: accuracies[index] ?? null,
    baseline: baselines?.[index] ?? null,
  }))
  const bar = (of: Line, value: number | null) => (
    <Bar value={value} color={seriesStyle(of.method.id, of.space?.id ?? null).color} />
  )
  const columns: Column<ClassRow>[] = [
    { id: 'class', header: 'Class', orderBy: ({ name }) => name, cell: ({ name }) => name },
    {
      id: 'accuracy',
      header: line.label,
      numeric: true,
      orderBy: ({ accuracy }) => accuracy,
      cell: ({ accuracy }) => bar(line, accuracy),
    },
    ...(line === baseline
      ? []
      : [
          {
            id: 'baseline',
            header: baseline.label,
            numeric: true,
            orderBy: (row: ClassRow) => row.baseline,
            cell: (row: ClassRow) => bar(baseline, row.baseline),
          },
          {
            id: 'difference',
            header: 'Difference',
            numeric: true,
            orderBy: differenceOf,
            cell: (row: ClassRow) => {
              const difference = differenceOf(row)
              return difference === null ? '–' : signed(difference)
            },
          },
        ]),
    {
      id: 'images',
      header: 'Tested',
      numeric: true,
      orderBy: ({ images }) => images,
      cell: ({ images }) => images,
    },
  ]
  return (
    <Card
      title="Accuracy by class"
      note={`At ${shots} ${shots === 1 ? 'shot' : 'shots'}, over all seeds, in %.`}
      tools={method}
      flush
    >
      <div className={styles.tall}>
        <DataTable
          label="Accuracy by class"
          columns={columns}
          rows={rows}
          keyOf={({ index }) => String(index)}
          order={order}
          onOrder={setOrder}
        />
      </div>
    </Card>
  )
}

const differenceOf = ({ accuracy, baseline }: ClassRow): number | null =>
  accuracy === null || baseline === null ? null : accuracy - baseline

function Bar({ value, color }: { readonly value: number | null; readonly color: string }) {
  if (value === null) return '–'
  return (
    <span className={styles.bar}>
      <span className={styles.track}>
        <span className={styles.fill} style={{ width: `${value}%`, background: color }} />
      </span>
      <span className={styles.value}>{fixed(value)}</span>
    </span>
  )
}
