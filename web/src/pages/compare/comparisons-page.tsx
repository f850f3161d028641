import { useEffect } from 'react'
import { useMutation, useQuery } from 'urql'
import { Link } from 'wouter'
import {
  ComparisonsDocument,
  type ComparisonsQuery,
  DatasetChoicesDocument,
  type JobStatus,
  RestoreComparisonDocument,
} from '../../api/generated'
import { datasetsContext } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { EmptyState } from '../../components/empty-state'
import { Checkbox, SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { StatusBadge } from '../../components/status-badge'
import { count, fixed, list, plural, time, timeLeft } from '../../design/format'
import styles from './comparisons-page.module.css'
import { useTimeLeft } from './use-time-left'

type Comparison = ComparisonsQuery['comparisons']['nodes'][number]

const statuses: readonly { readonly value: JobStatus | ''; readonly label: string }[] = [
  { value: '', label: 'All' },
  { value: 'SUCCEEDED', label: 'Finished' },
  { value: 'RUNNING', label: 'Running' },
  { value: 'QUEUED', label: 'Waiting' },
  { value: 'FAILED', label: 'Failed' },
  { value: 'CANCELLED', label: 'Cancelled' },
]

/** Names the type for the cache, because an empty list has no type name. Without it, one that is taken back would not appear. */
const context = { additionalTypenames: ['Comparison'] }

/** All comparisons, newest first. */
export function ComparisonsPage() {
  const [url, setUrl] = useUrlState()
  const status = statuses.find(({ value }) => value === url.get('status'))?.value ?? ''
  const search = url.get('search') ?? ''
  const dataset = url.get('dataset') ?? ''
  const [{ data, error }, reload] = useQuery({
    query: ComparisonsDocument,
    variables: {
      after: url.get('after'),
      search: search || null,
      status: status ? [status] : null,
      dataset: dataset || null,
      discarded: url.has('deleted-ones'),
    },
    context,
  })
  const [{ data: choices }] = useQuery({ query: DatasetChoicesDocument, context: datasetsContext })
  const isFiltered = search !== '' || status !== '' || dataset !== '' || url.has('deleted-ones')
  const isRunning = data?.comparisons.nodes.some((each) => each.status === 'RUNNING') ?? false
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => reload({ requestPolicy: 'network-only' }), msBetweenReads)
    return () => clearInterval(timer)
  }, [isRunning, reload])
  const create = (
    <ButtonLink tone="primary" href="/compare/new">
      New comparison
    </ButtonLink>
  )
  return (
    <Page
      title="Comparisons"
      note="Find the best method and feature space for your classes and number of labelled images."
      actions={
        <>
          <ButtonLink href="/compare/two">Two side by side</ButtonLink>
          {create}
        </>
      }
    >
      <Problems error={error} />
      {!data && !error && <Loading what="comparisons" />}
      {data && data.comparisons.nodes.length === 0 && !isFiltered && (
        <EmptyState title="No comparison yet" action={create}>
          A comparison runs the methods you choose on support sets from a dataset. It recommends the best
          method, with its confidence.
        </EmptyState>
      )}
      {data && (data.comparisons.nodes.length > 0 || isFiltered) && (
        <Card
          title={`${count(data.comparisons.totalCount)} ${isFiltered ? 'found' : 'in all'}`}
          flush
          tools={
            <>
              <input
                type="search"
                className={styles.search}
                aria-label="Search names, notes and datasets"
                placeholder="Search names, notes, datasets"
                value={search}
                onChange={(event) =>
                  setUrl({ search: event.currentTarget.value || undefined, after: undefined })
                }
              />
              <SelectField
                inline
                label="Dataset"
                value={dataset}
                options={[
                  { value: '', label: 'All' },
                  ...(choices?.datasets.nodes ?? []).map(({ id, name }) => ({ value: id, label: name })),
                ]}
                onChange={(value) => setUrl({ dataset: value || undefined, after: undefined })}
              />
              <SelectField
                inline
                label="Status"
                value={status}
                options={statuses}
                onChange={(value) => setUrl({ status: value || undefined, after: undefined })}
              />
              <Checkbox
                label="Deleted ones"
                checked={url.has('deleted-ones')}
                onChange={() =>
                  setUrl({ 'deleted-ones': url.has('deleted-ones') ? undefined : '', after: undefined })
                }
              />
            </>
          }
        >
          {data.comparisons.nodes.length > 0 ? (
            <DataTable
              label="Comparisons"
              columns={columns}
              rows={data.comparisons.nodes}
              keyOf={({ id }) => id}
            />
          ) : (
            <p className={styles.none}>Nothing fits.</p>
          )}
        </Card>
      )}
      {data?.comparisons.pageInfo.hasNextPage && (
        <div>
          <Button onClick={() => setUrl({ after: data.comparisons.pageInfo.endCursor ?? undefined })}>
            Older comparisons
          </Button>
        </div>
      )}
      <Undo />
    </Page>
  )
}

/** How often a list with something that runs is read again, in milliseconds. */
const msBetweenReads = 5000

/** Offers to take back the comparison that was deleted last. */
function Undo() {
  const [url, setUrl] = useUrlState()
  const id = url.get('deleted')
  const [{ error }, restore] = useMutation(RestoreComparisonDocument)
  return (
    <div className={styles.undo}>
      <Problems error={error} />
      <div role="status" className={id === null ? undefined : styles.toast}>
        {id !== null && (
          <>
            <span>A comparison was deleted. It is kept for 7 days.</span>
            <Button
              onClick={async () => {
                const { data } = await restore({ id })
                if (data) setUrl({ deleted: undefined })
              }}
            >
              Undo
            </Button>
            <Button tone="quiet" onClick={() => setUrl({ deleted: undefined })}>
              Close
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

function Status({ status, progress }: Comparison) {
  const left = useTimeLeft(progress, status === 'RUNNING')
  return (
    <>
      <StatusBadge status={status} />
      {status === 'RUNNING' && ` ${Math.floor(100 * progress)} %`}
      {left !== undefined && `, ${timeLeft(left)} left`}
    </>
  )
}

/** What was asked for, in a few words. */
function asked({ protocol, rows }: Comparison): string {
  const { selection, methods, augmentations, drawing, search } = protocol
  const seeds = Math.max(0, ...rows.nodes.map(({ accuracy }) => accuracy.n))
  return [
    plural(methods.length, 'line'),
    ...(seeds > 0 ? [plural(seeds, 'seed')] : []),
    { LEAVE_ONE_OUT: 'leave-one-out', VALIDATION: 'validation images', NONE: 'defaults' }[selection],
    ...(search === 'HALVING' ? ['halving'] : []),
    ...(augmentations > 1 ? [`${augmentations} views`] : []),
    ...(drawing === 'EXACT' ? [] : [drawing.toLowerCase().replace('_', ' ')]),
  ].join(', ')
}

/** The best row at the largest number of shots. */
function bestOf({ rows }: Comparison) {
  const most = Math.max(...rows.nodes.map(({ shots }) => shots))
  return rows.nodes
    .filter(({ shots }) => shots === most)
    .toSorted((a, b) => b.accuracy.mean - a.accuracy.mean)[0]
}

const columns: readonly Column<Comparison>[] = [
  {
    id: 'name',
    header: 'Comparison',
    cell: ({ id, name, notes, dataset, testDataset }) => (
      <>
        <Link href={`/compare/${id}`}>{name ?? dataset.name}</Link>
        {name !== null && <span className={styles.dataset}>{dataset.name}</span>}
        {testDataset && <span className={styles.dataset}>tested on {testDataset.name}</span>}
        {notes !== '' && <span className={styles.dataset}>{notes}</span>}
      </>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    cell: (comparison) => <Status {...comparison} />,
  },
  { id: 'asked', header: 'Asked for', cell: asked },
  {
    id: 'shots',
    header: 'Shots',
    cell: ({ rows }) =>
      rows.nodes.length > 0
        ? list([...new Set(rows.nodes.map(({ shots }) => shots))].sort((a, b) => a - b))
        : '–',
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
      return best ? fixed(100 * best.accuracy.mean) : '–'
    },
  },
  { id: 'encoder', header: 'Encoder', cell: ({ encoder }) => encoder.name },
  { id: 'started', header: 'Started', cell: ({ createdAt }) => time(createdAt) },
]
