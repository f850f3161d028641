import { type ReactNode, useState } from 'react'
import { useQuery } from 'urql'
import { ClassDeltasDocument, type ClassDeltasQuery } from '../../api/generated'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed, plural, pValue, signed } from '../../design/format'
import { cssColor } from '../../design/style-of'
import { type Contrast, contrastVariables } from './contrast'
import styles from './details.module.css'
import type { Line } from './series'

type ClassDelta = NonNullable<ClassDeltasQuery['comparison']>['classDeltas']['nodes'][number]

/** The accuracy of a method and the baseline in each class. */
export function ClassesTab({ contrast, tools }: { readonly contrast: Contrast; readonly tools: ReactNode }) {
  const [order, setOrder] = useState('-accuracy')
  const [{ data, error }] = useQuery({
    query: ClassDeltasDocument,
    variables: contrastVariables(contrast),
    requestPolicy: 'cache-first',
  })
  const deltas = data?.comparison?.classDeltas.nodes
  const { shots } = contrast
  return (
    <Card
      title="Accuracy by class"
      note={`At ${plural(shots, 'shot')}, in %. p is over test images and support sets, adjusted for the number of classes; with one support set it holds for that set alone.`}
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
    cell: ({ difference }) => signed(100 * difference),
  },
  {
    id: 'p',
    header: 'p',
    numeric: true,
    orderBy: ({ adjustedPValue }) => adjustedPValue,
    cell: ({ adjustedPValue }) => (adjustedPValue === null ? '–' : pValue(adjustedPValue)),
  },
  {
    id: 'images',
    header: 'Tested',
    numeric: true,
    orderBy: ({ images }) => images,
    cell: ({ images }) => images,
  },
]

function barColumn(id: 'accuracy' | 'baselineAccuracy', { label, method }: Line): Column<ClassDelta> {
  const background = cssColor(method.color)
  return {
    id,
    header: label,
    numeric: true,
    orderBy: (delta) => delta[id],
    cell: (delta) => (
      <span className={styles.bar}>
        <span className={styles.track}>
          <span className={styles.fill} style={{ width: `${100 * delta[id]}%`, background }} />
        </span>
        <span className={styles.value}>{fixed(100 * delta[id])}</span>
      </span>
    ),
  }
}
