import { type ReactNode, useMemo, useState } from 'react'
import { useUrlState } from '../../app/url-state'
import { ConfusionMatrix, maxClassesWithNumbers } from '../../charts/confusion-matrix'
import { orderBySimilarity, similarityOfConfusion } from '../../charts/order-by-similarity'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed, plural } from '../../design/format'
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
  const confusion = useConfusion(comparison?.runs.nodes, line, shots)
  const [url, setUrl] = useUrlState()
  const [target, setTarget] = useState<readonly [string, string]>()
  const order = orders.find(({ value }) => value === url.get('classes'))?.value ?? 'similar'
  const names = comparison?.dataset.classes.nodes
  const ordered = useMemo(() => {
    const all = (names ?? []).map(({ name }) => name)
    const places = confusion ? placesOf(order, all, confusion) : []
    return {
      classes: places.map((i) => all[i] ?? ''),
      confusion: places.map((i) => places.map((j) => confusion?.[i]?.[j] ?? 0)),
    }
  }, [names, confusion, order])
  if (error) return <Problems error={error} />
  if (!comparison || !confusion) return <Loading what="confusions" />
  const { classes } = ordered
  const isMap = classes.length > maxClassesWithNumbers
  return (
    <Card
      title="Confusion matrix"
      note={`${line.label} at ${plural(shots, 'shot')}; test images, each counted once per support set. Choose a cell to see its images.`}
      tools={
        <>
          <Choice
            label="Order of the classes"
            value={order}
            options={orders}
            onChange={(value) => setUrl({ classes: value === 'similar' ? undefined : value })}
          />
          {tools}
        </>
      }
    >
      <div className={styles.confusion}>
        <ConfusionMatrix {...ordered} onPair={onPair} target={target} />
        <div>
          <h3>Most confused classes</h3>
          <div className={isMap ? styles.pairs : undefined}>
            <DataTable
              label="Most confused classes"
              columns={[
                ...columns,
                imagesColumn(onPair),
                ...(isMap ? [findColumn((from, to) => setTarget([from, to]))] : []),
              ]}
              rows={mostConfused(classes, ordered.confusion, isMap ? 60 : 12)}
              keyOf={({ from, to }) => `${from}\n${to}`}
            />
          </div>
        </div>
      </div>
    </Card>
  )
}

const orders = [
  { value: 'similar', label: 'Similar together' },
  { value: 'dataset', label: 'As in the dataset' },
] as const

/** The places of the classes in an order. */
const placesOf = (
  order: (typeof orders)[number]['value'],
  classes: readonly string[],
  confusion: Confusion,
): readonly number[] =>
  order === 'similar' ? orderBySimilarity(similarityOfConfusion(confusion)) : classes.map((_, i) => i)

function mostConfused(classes: readonly string[], confusion: Confusion, most: number): Confused[] {
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
    .slice(0, most)
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

const findColumn = (onFind: (from: string, to: string) => void): Column<Confused> => ({
  id: 'find',
  header: <span className="visually-hidden">Find</span>,
  cell: ({ from, to }) => (
    <Button
      tone="quiet"
      aria-label={`Find ${from} taken for ${to} in the matrix`}
      onClick={() => onFind(from, to)}
    >
      Find
    </Button>
  ),
})
