import { useQuery } from 'urql'
import { Link } from 'wouter'
import { ComparisonChoicesDocument, SideBySideDocument, type SideBySideQuery } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { EmptyState } from '../../components/empty-state'
import { SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { fixed, signed, time } from '../../design/format'
import styles from './results.module.css'

type Difference = NonNullable<SideBySideQuery['comparison']>['against']['nodes'][number]

/** Two comparisons: what both have, and how far they are apart. */
export function SideBySidePage() {
  const [url, setUrl] = useUrlState()
  const [{ data: choices, error: choicesError }] = useQuery({ query: ComparisonChoicesDocument })
  const all = choices?.comparisons.nodes ?? []
  const first = url.get('a') ?? all[0]?.id ?? ''
  const second = url.get('b') ?? all.find(({ id }) => id !== first)?.id ?? ''
  const [{ data, error }] = useQuery({
    query: SideBySideDocument,
    variables: { id: first, other: second },
    pause: first === '' || second === '' || first === second,
  })
  const options = all.map(({ id, name, dataset, createdAt }) => ({
    value: id,
    label: `${name ?? dataset.name}, ${time(createdAt)}`,
  }))
  const rows = data?.comparison?.against.nodes
  return (
    <Page
      title="Two comparisons"
      above={<Link href="/compare">All comparisons</Link>}
      note="What both have measured, side by side. They may be of different datasets."
      actions={
        <>
          <SelectField
            inline
            label="First"
            value={first}
            options={options}
            onChange={(value) => setUrl({ a: value })}
          />
          <SelectField
            inline
            label="Second"
            value={second}
            options={options}
            onChange={(value) => setUrl({ b: value })}
          />
        </>
      }
    >
      <Problems error={choicesError ?? error} />
      {choices && all.length < 2 && (
        <EmptyState title="There are no two comparisons yet">
          Run another one to see how they differ.
        </EmptyState>
      )}
      {first !== '' && first === second && (
        <EmptyState title="This is the same comparison twice">Choose another one.</EmptyState>
      )}
      {all.length >= 2 && first !== second && !rows && !error && <Loading what="both comparisons" />}
      {rows && rows.length === 0 && (
        <EmptyState title="The two have nothing in common">
          They share no method in a space at a number of shots, or no run of one of them has finished.
        </EmptyState>
      )}
      {rows && rows.length > 0 && (
        <Card title="Accuracy (%)" note={noteOf(rows)} flush>
          <DataTable
            label="Differences of the two comparisons"
            columns={columns}
            rows={rows}
            keyOf={({ method, space, shots, encoder }) =>
              `${method.id} ${space?.id ?? ''} ${shots} ${encoder.id}`
            }
            order={url.get('order') ?? '-shots'}
            onOrder={(order) => setUrl({ order })}
          />
        </Card>
      )}
    </Page>
  )
}

function noteOf(rows: readonly Difference[]): string {
  const differ = rows.some(({ encoder, otherEncoder }) => encoder.id !== otherEncoder.id)
  return `Differences are the first minus the second, in points, with their 95 % intervals. ${
    rows.every(({ paired }) => paired)
      ? 'Both were measured on the same test images, which are compared one by one.'
      : 'Rows that were not measured on the same images and support sets have an interval that follows from the two intervals.'
  }${differ ? ' The encoders are different.' : ''}`
}

const columns: readonly Column<Difference>[] = [
  {
    id: 'method',
    header: 'Method',
    orderBy: ({ method, space }) => `${method.name} ${space?.id ?? ''}`,
    cell: ({ method, space }) => <MethodName method={method} space={space} />,
  },
  { id: 'shots', header: 'Shots', numeric: true, orderBy: ({ shots }) => shots, cell: ({ shots }) => shots },
  {
    id: 'first',
    header: 'First',
    numeric: true,
    orderBy: ({ accuracy }) => accuracy.mean,
    cell: ({ accuracy }) => <Measured {...accuracy} />,
  },
  {
    id: 'second',
    header: 'Second',
    numeric: true,
    orderBy: ({ otherAccuracy }) => otherAccuracy.mean,
    cell: ({ otherAccuracy }) => <Measured {...otherAccuracy} />,
  },
  {
    id: 'difference',
    header: 'Difference',
    numeric: true,
    orderBy: ({ difference }) => difference,
    cell: ({ difference, low, high }) => (
      <>
        <span className={low > 0 ? styles.better : high < 0 ? styles.worse : undefined}>
          {signed(100 * difference)}
        </span>
        <span className={styles.spread}>
          {' '}
          {signed(100 * low)} to {signed(100 * high)}
        </span>
      </>
    ),
  },
  {
    id: 'paired',
    header: 'Images',
    cell: ({ paired }) => (paired ? 'the same' : 'not the same'),
  },
]

function Measured({ mean, low, high }: Difference['accuracy']) {
  return (
    <>
      {fixed(100 * mean)}
      <span className={styles.spread}>
        {' '}
        {fixed(100 * low)}–{fixed(100 * high)}
      </span>
    </>
  )
}
