import { type ReactNode, useState } from 'react'
import { useQuery } from 'urql'
import { ClassDeltasDocument, type ClassDeltasQuery } from '../../api/generated'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed, pValue, signed } from '../../design/format'
import { seriesStyle } from '../../design/series-style'
import { type Contrast, contrastVariables } from './contrast'
import styles from './details.module.css'
import type { Line } from './series'

type ClassDelta = NonNullable<ClassDeltasQuery['comparison']>['classDeltas'][number]

/** The accuracy of a method and the baseline in each class. */
export function ClassesTab({ contrast, tools }: { readonly contrast: Contrast; readonly tools: ReactNode }) {
  const [order, setOrder] = useState('-accuracy')
  const [{ data, error }] = useQuery({
    query: ClassDeltasDocument,
    variables: contrastVariables(contrast),
    requestPolicy: 'cache-first',
  })
  const deltas = data?.comparison?.classDeltas
  const { shots } = contrast
  return (
    <Card
      title="Accuracy by class"
      note={`At ${shots} ${shots === 1 ? 'shot' : 'shots'}, over all seeds, in %. p from McNemar's exact test, adjusted for the number of classes.`}
      tools={tools}
      flush
    >
      <Problems error={error} />
      {!deltas && !error && <Loading what="classes" />}
      {deltas && (
        <div className={styles.tall}>
          <DataTable
            label="Accuracy by class"
            columns={columnsOf(contrast)}
            rows={deltas}
            keyOf={(delta) => String(delta.class.index)}
            order={order}
            onOrder={setOrder}
          />
        </div>
      )}
    </Card>
  )
}

const columnsOf = ({ line, baseline }: Contrast): Column<ClassDelta>[] => [
  { id: 'class', header: 'Class', orderBy: (delta) => delta.class.name, cell: (delta) => delta.class.name },
  barColumn('accuracy', line),
  barColumn('baselineAccuracy', baseline),
  {
    id: 'difference',
    header: 'Difference',
    numeric: true,
    orderBy: ({ difference }) => difference,
    cell: ({ difference }) => signed(difference),
  },
  {
    id: 'p',
    header: 'p',
    numeric: true,
    orderBy: ({ adjustedPValue }) => adjustedPValue,
    cell: ({ adjustedPValue }) => pValue(adjustedPValue),
  },
  {
    id: 'images',
    header: 'Tested',
    numeric: true,
    orderBy: ({ images }) => images,
    cell: ({ images }) => images,
  },
]

function barColumn(id: 'accuracy' | 'baselineAccuracy', { label, method, space }: Line): Column<ClassDelta> {
  const { color } = seriesStyle(method.id, space?.id ?? null)
  return {
    id,
    header: label,
    numeric: true,
    orderBy: (delta) => delta[id],
    cell: (delta) => (
      <span className={styles.bar}>
        <span className={styles.track}>
          <span className={styles.fill} style={{ width: `${delta[id]}%`, background: color }} />
        </span>
        <span className={styles.value}>{fixed(delta[id])}</span>
      </span>
    ),
  }
}
