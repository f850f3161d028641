import { useQuery } from 'urql'
import { Link } from 'wouter'
import { ComparisonsDocument, type ComparisonsQuery } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { StatusBadge } from '../../components/status-badge'
import { count, fixed, list, time } from '../../design/format'

type Comparison = ComparisonsQuery['comparisons']['nodes'][number]

/** All comparisons, newest first. */
export function ComparisonsPage() {
  const [url, setUrl] = useUrlState()
  const [{ data, error }] = useQuery({ query: ComparisonsDocument, variables: { after: url.get('after') } })
  const create = (
    <ButtonLink tone="primary" href="/compare/new">
      New comparison
    </ButtonLink>
  )
  return (
    <Page
      title="Comparisons"
      note="Find the best method and feature space for your classes and number of labelled images."
      actions={create}
    >
      <Problems error={error} />
      {!data && !error && <Loading what="comparisons" />}
      {data && data.comparisons.nodes.length === 0 && (
        <EmptyState title="No comparison yet" action={create}>
          A comparison runs the methods you choose on support sets from a dataset. It recommends the best
          method, with its confidence.
        </EmptyState>
      )}
      {data && data.comparisons.nodes.length > 0 && (
        <Card title={`${count(data.comparisons.totalCount)} in all`} flush>
          <DataTable
            label="Comparisons"
            columns={columns}
            rows={data.comparisons.nodes}
            keyOf={({ id }) => id}
          />
        </Card>
      )}
      {data?.comparisons.pageInfo.hasNextPage && (
        <div>
          <Button onClick={() => setUrl({ after: data.comparisons.pageInfo.endCursor ?? undefined })}>
            Older comparisons
          </Button>
        </div>
      )}
    </Page>
  )
}

/** The best row at the largest number of shots. */
function bestOf({ rows }: Comparison) {
  const most = Math.max(...rows.map(({ shots }) => shots))
  return rows.filter(({ shots }) => shots === most).toSorted((a, b) => b.accuracy.mean - a.accuracy.mean)[0]
}

const columns: readonly Column<Comparison>[] = [
  {
    id: 'dataset',
    header: 'Dataset',
    cell: ({ id, dataset }) => <Link href={`/compare/${id}`}>{dataset.name}</Link>,
  },
  {
    id: 'status',
    header: 'Status',
    cell: ({ status, progress }) => (
      <>
        <StatusBadge status={status} />
        {status === 'RUNNING' && ` ${Math.floor(100 * progress)} %`}
      </>
    ),
  },
  {
    id: 'shots',
    header: 'Shots',
    cell: ({ rows }) =>
      rows.length > 0 ? list([...new Set(rows.map(({ shots }) => shots))].sort((a, b) => a - b)) : '–',
  },
  {
    id: 'best',
    header: 'Best',
    cell: (comparison) => {
      const best = bestOf(comparison)
      return best ? <MethodName method={best.method} space={best.space} /> : '–'
    },
  },
  {
    id: 'accuracy',
    header: 'Accuracy',
    numeric: true,
    cell: (comparison) => {
      const best = bestOf(comparison)
      return best ? fixed(best.accuracy.mean) : '–'
    },
  },
  { id: 'encoder', header: 'Encoder', cell: ({ encoder }) => encoder.name },
  { id: 'started', header: 'Started', cell: ({ createdAt }) => time(createdAt) },
]
