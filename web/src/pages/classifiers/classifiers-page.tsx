import { useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { Link } from 'wouter'
import {
  type ClassifierInListFragment,
  ClassifiersDocument,
  DeleteClassifierDocument,
  RollbackClassifierDocument,
} from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink, DownloadLink } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Dialog, DialogActions } from '../../components/dialog'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { count, fixed, plural, time } from '../../design/format'
import { EvaluateClassifier } from './evaluate'

/** All classifiers, newest first. */
export function ClassifiersPage() {
  const [url, setUrl] = useUrlState()
  const [{ data, error }, reload] = useQuery({
    query: ClassifiersDocument,
    variables: { after: url.get('after') },
  })
  const classifiers = data?.classifiers
  const onChange = () => reload({ requestPolicy: 'network-only' })
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
          <DataTable
            label="Classifiers"
            columns={[...columns, actionsColumn(onChange)]}
            rows={classifiers.nodes}
            keyOf={({ id }) => id}
          />
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
  { id: 'name', header: 'Name', cell: ({ name }) => name },
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

const actionsColumn = (onChange: () => void): Column<ClassifierInListFragment> => ({
  id: 'actions',
  header: <span className="visually-hidden">Actions</span>,
  cell: (classifier) => <Actions classifier={classifier} onChange={onChange} />,
})

function Actions({
  classifier: { id, name, version, versions },
  onChange,
}: {
  readonly classifier: ClassifierInListFragment
  readonly onChange: () => void
}) {
  const [asking, setAsking] = useState(false)
  const [evaluating, setEvaluating] = useState(false)
  const [rolled, rollback] = useMutation(RollbackClassifierDocument)
  const [removed, remove] = useMutation(DeleteClassifierDocument)
  const before = versions.find(({ number }) => number < version.number)
  return (
    <>
      <Button tone="quiet" aria-label={`Evaluate ${name}`} onClick={() => setEvaluating(true)}>
        Evaluate
      </Button>
      {evaluating && <EvaluateClassifier id={id} name={name} onClose={() => setEvaluating(false)} />}
      <ButtonLink tone="quiet" href={`/classifiers/${id}/datasets`}>
        Classify a dataset
      </ButtonLink>
      <ButtonLink tone="quiet" href={`/classifiers/${id}/offline`}>
        Try offline
      </ButtonLink>
      <DownloadLink href={version.exports.tar}>ONNX</DownloadLink>
      {before && (
        <Button
          tone="quiet"
          disabled={rolled.fetching}
          aria-label={`Go back to version ${before.number} of ${name}`}
          onClick={() => rollback({ classifier: id, version: before.number }).then(onChange)}
        >
          Roll back
        </Button>
      )}
      <Button tone="quiet" aria-label={`Delete ${name}`} onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Problems error={rolled.error ?? removed.error} />
      <Dialog
        title={`Delete ${name}?`}
        note="All its versions are deleted. Programs that ask for it get an error."
        open={asking}
        onOpenChange={setAsking}
      >
        <DialogActions>
          <Button onClick={() => setAsking(false)}>Cancel</Button>
          <Button
            tone="danger"
            disabled={removed.fetching}
            onClick={() =>
              remove({ classifier: id }).then(() => {
                setAsking(false)
                onChange()
              })
            }
          >
            Delete
          </Button>
        </DialogActions>
      </Dialog>
    </>
  )
}
