import { useQuery } from 'urql'
import { Link } from 'wouter'
import { type ClassifierInListFragment, ClassifiersDocument } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { count, fixed, plural, time } from '../../design/format'

/** All classifiers, newest first. */
export function ClassifiersPage() {
  const [url, setUrl] = useUrlState()
  const [{ data, error }] = useQuery({
    query: ClassifiersDocument,
    variables: { after: url.get('after') },
  })
  const classifiers = data?.classifiers
  return (
    <Page
      title="Classifiers"
      note="Methods in use: fitted once, kept under a name, and the same in every answer."
    >
      <Problems error={error} />
      {!classifiers && !error && <Loading what="classifiers" />}
      {classifiers?.nodes.length === 0 && (
        <EmptyState
          title="No classifier yet"
          action={
            <ButtonLink tone="primary" href="/compare">
              Comparisons
            </ButtonLink>
          }
        >
          Choose a row of a comparison with “Use this”. It becomes a classifier that answers for any image.
        </EmptyState>
      )}
      {classifiers && classifiers.nodes.length > 0 && (
        <Card
          title={`${count(classifiers.totalCount)} in all`}
          note={
            <>
              Classify a folder with <code>npx shotboard classify NAME PATH</code>.
            </>
          }
          flush
        >
          <DataTable label="Classifiers" columns={columns} rows={classifiers.nodes} keyOf={({ id }) => id} />
        </Card>
      )}
      {classifiers?.pageInfo.hasNextPage && (
        <div>
          <Button onClick={() => setUrl({ after: classifiers.pageInfo.endCursor ?? undefined })}>
            Older classifiers
          </Button>
        </div>
      )}
    </Page>
  )
}

const columns: readonly Column<ClassifierInListFragment>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => <Link href={`/classifiers/${id}`}>{name}</Link>,
  },
  {
    id: 'method',
    header: 'Method',
    cell: ({ version: { method, space } }) => <MethodName method={method} space={space} />,
  },
  {
    id: 'dataset',
    header: 'Made from',
    cell: ({ version: { dataset, datasetName, comparison } }) =>
      comparison ? (
        <Link href={`/compare/${comparison.id}`}>{datasetName}</Link>
      ) : dataset ? (
        <Link href={`/datasets/${dataset.id}`}>{datasetName}</Link>
      ) : (
        datasetName
      ),
  },
  {
    id: 'images',
    header: 'Support images',
    numeric: true,
    cell: ({ version }) => count(version.support.images),
  },
  {
    id: 'accuracy',
    header: 'Measured accuracy',
    numeric: true,
    cell: ({ version: { measured } }) =>
      measured ? (
        <>
          {fixed(100 * measured.accuracy.mean)}{' '}
          <span className="muted">
            {fixed(100 * measured.accuracy.low)}–{fixed(100 * measured.accuracy.high)} at{' '}
            {plural(measured.shots, 'shot')}
          </span>
        </>
      ) : (
        '–'
      ),
  },
  {
    id: 'version',
    header: 'Version',
    numeric: true,
    cell: ({ version, versions }) => `${version.number} of ${versions.length}`,
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ version: { problem } }) => problem ?? 'Ready',
  },
  { id: 'since', header: 'Since', cell: ({ createdAt }) => time(createdAt) },
]
