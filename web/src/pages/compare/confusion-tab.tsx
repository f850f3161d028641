import type { ReactNode } from 'react'
import { ConfusionMatrix } from '../../charts/confusion-matrix'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed } from '../../design/format'
import styles from './details.module.css'
import type { Line } from './series'
import { type Confusion, useConfusion, useRuns } from './use-runs'

interface Confused {
  readonly from: string
  readonly to: string
  readonly images: number
  readonly share: number
}

/** The confusion matrix of a method. */
export function ConfusionTab({
  id,
  line,
  shots,
  tools,
  onPair,
}: {
  readonly id: string
  readonly line: Line
  readonly shots: number
  readonly tools: ReactNode
  /** Opens the images of a class that are taken for a class. */
  readonly onPair: (label: string, taken: string) => void
}) {
  const { comparison, error } = useRuns(id)
  const confusion = useConfusion(comparison?.runs, line, shots)
  if (error) return <Problems error={error} />
  if (!comparison || !confusion) return <Loading what="confusions" />
  const classes = comparison.dataset.classes.map(({ name }) => name)
  return (
    <Card
      title="Confusion matrix"
      note={`${line.label} at ${shots} ${shots === 1 ? 'shot' : 'shots'}; test images, each counted once per support set. Choose a cell to see its images.`}
      tools={tools}
    >
      <div className={styles.confusion}>
        <ConfusionMatrix classes={classes} confusion={confusion} onPair={onPair} />
        <div>
          <h3>Most confused classes</h3>
          <DataTable
            label="Most confused classes"
            columns={[...columns, imagesColumn(onPair)]}
            rows={mostConfused(classes, confusion)}
            keyOf={({ from, to }) => `${from}\n${to}`}
          />
        </div>
      </div>
    </Card>
  )
}

const maxShown = 12

function mostConfused(classes: readonly string[], confusion: Confusion): Confused[] {
  return confusion
    .flatMap((row, i) => {
      const all = row.reduce((sum, value) => sum + value, 0)
      return row.flatMap((images, j) =>
        i === j || images === 0
          ? []
          : [{ from: classes[i] ?? '', to: classes[j] ?? '', images, share: (100 * images) / all }],
      )
    })
    .sort((a, b) => b.share - a.share)
    .slice(0, maxShown)
}

const columns: readonly Column<Confused>[] = [
  { id: 'from', header: 'Class', cell: ({ from }) => from },
  { id: 'to', header: 'Predicted', cell: ({ to }) => to },
  { id: 'share', header: 'Share of the class', numeric: true, cell: ({ share }) => `${fixed(share)} %` },
]

const imagesColumn = (onPair: (label: string, taken: string) => void): Column<Confused> => ({
  id: 'images',
  header: 'Images',
  numeric: true,
  cell: ({ from, to, images }) => (
    <Button
      tone="quiet"
      aria-label={`${images}: show the images of ${from} taken for ${to}`}
      onClick={() => onPair(from, to)}
    >
      {images}
    </Button>
  ),
})
