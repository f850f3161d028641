import { useState } from 'react'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Problems } from '../../components/problems'
import { StatusBadge } from '../../components/status-badge'
import { count, duration, fixed } from '../../design/format'
import styles from './details.module.css'
import { labelOf } from './series'
import { type Run, useRuns } from './use-runs'

/** Runs shown at first. */
const atFirst = 100

/** All single runs: a method in a space on one support set, with its hyperparameters and times. */
export function RunsTab({ id }: { readonly id: string }) {
  const [shown, setShown] = useState(atFirst)
  const [order, setOrder] = useState<string>()
  const { comparison, error } = useRuns(id)
  if (error) return <Problems error={error} />
  if (!comparison) return <Loading what="runs" />
  const { nodes: runs } = comparison.runs
  const encoders = new Set(runs.map(({ encoder }) => encoder.id))
  return (
    <Card title={`${count(runs.length)} runs`} flush>
      <DataTable
        label="Runs"
        columns={encoders.size > 1 ? [...columns.slice(0, 1), encoderColumn, ...columns.slice(1)] : columns}
        rows={order === undefined ? runs.slice(0, shown) : runs}
        keyOf={(run) => run.id}
        {...(order !== undefined && { order })}
        onOrder={setOrder}
      />
      {order === undefined && shown < runs.length && (
        <div className={styles.more}>
          <Button onClick={() => setShown(runs.length)}>Show all {count(runs.length)}</Button>
        </div>
      )}
    </Card>
  )
}

const encoderColumn: Column<Run> = {
  id: 'encoder',
  header: 'Encoder',
  orderBy: ({ encoder }) => encoder.name,
  cell: ({ encoder }) => encoder.name,
}

const columns: readonly Column<Run>[] = [
  {
    id: 'method',
    header: 'Method',
    orderBy: labelOf,
    cell: ({ method, space }) => <MethodName method={method} space={space} />,
  },
  { id: 'shots', header: 'Shots', numeric: true, orderBy: ({ shots }) => shots, cell: ({ shots }) => shots },
  { id: 'seed', header: 'Seed', numeric: true, orderBy: ({ seed }) => seed, cell: ({ seed }) => seed },
  {
    id: 'status',
    header: 'Status',
    orderBy: ({ status }) => status,
    cell: ({ status, progress, estimatedSearchMs, error }) => (
      <>
        <StatusBadge status={status} />
        {status === 'RUNNING' && <div className="muted">{runningNote(progress, estimatedSearchMs)}</div>}
        {error !== null && <div className={styles.failed}>{error}</div>}
      </>
    ),
  },
  {
    id: 'accuracy',
    header: 'Accuracy',
    numeric: true,
    orderBy: ({ accuracy }) => accuracy,
    cell: ({ accuracy }) => (accuracy === null ? '–' : fixed(100 * accuracy)),
  },
  {
    id: 'selected',
    header: 'Hyperparameters',
    cell: ({ hyperparameters }) =>
      hyperparameters?.map(({ name, value }) => `${name} ${Number(value.toPrecision(4))}`).join(', ') || '–',
  },
  {
    id: 'selection',
    header: 'Selected on',
    cell: ({ selection, selectionImages }) =>
      selectionImages === null ? '–' : `${selectionNames[selection]}, ${count(selectionImages)} images`,
  },
  ...(['encodeMs', 'searchMs', 'scoreMs'] as const).map(
    (step): Column<Run> => ({
      id: step,
      header: { encodeMs: 'Encoding', searchMs: 'Search', scoreMs: 'Scoring' }[step],
      numeric: true,
      orderBy: ({ timings }) => timings?.[step] ?? null,
      cell: ({ timings }) => (timings ? duration(timings[step]) : '–'),
    }),
  ),
]

/** How far a running run is, and how long its search takes if it is known. */
const runningNote = (progress: number, estimatedSearchMs: number | null): string =>
  [
    `${Math.round(100 * progress)} %`,
    ...(estimatedSearchMs === null ? [] : [`search about ${duration(estimatedSearchMs)}`]),
  ].join(', ')

const selectionNames = { VALIDATION: 'validation', LEAVE_ONE_OUT: 'leave-one-out', NONE: 'nothing' }
