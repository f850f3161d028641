import { useState } from 'react'
import { useMutation, useQuery, useSubscription } from 'urql'
import { Link, useParams } from 'wouter'
import { outdate } from '../../api/client'
import {
  CancelClassificationDocument,
  ClassificationChangesDocument,
  type ClassificationInListFragment,
  ClassificationsDocument,
  type ClassifyDatasetInput,
  DeleteClassificationDocument,
  ResumeClassificationDocument,
  StartClassificationDocument,
} from '../../api/generated'
import { useChoices } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { Button, DownloadLink } from '../../components/button'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { type Column, DataTable } from '../../components/data-table'
import { SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Progress } from '../../components/progress'
import { StatusBadge } from '../../components/status-badge'
import { count, plural, time, timeLeft } from '../../design/format'
import styles from './classify-dataset.module.css'

type Classification = ClassificationInListFragment
type Which = 'ALL' | 'TEST' | 'UNLABELLED'
type Format = 'CSV' | 'PARQUET'

/** Names the type for the cache, because an empty list has no type name. */
const context = { additionalTypenames: ['DatasetClassification'] }

/** Classifies the images of datasets with one classifier, and lists what was classified. */
export function ClassifyDatasetPage() {
  const { id = '' } = useParams()
  const [url, setUrl] = useUrlState()
  const [{ data, error }, reload] = useQuery({
    query: ClassificationsDocument,
    variables: { classifier: id, after: url.get('after') },
    context,
  })
  const classifier = data?.classifier
  const list = data?.datasetClassifications
  if (!classifier || !list) return error ? <Problems error={error} /> : <Loading what="the classifier" />
  return (
    <Page
      title={`Classify datasets with ${classifier.name}`}
      above={<Link href="/classifiers">All classifiers</Link>}
      note="In the background. The answers are files, 5,000 images each."
    >
      <Problems error={error} />
      <StartForm classifier={id} />
      {list.nodes.filter(isRunning).map((each) => (
        <Follow key={each.id} id={each.id} onChange={() => reload({ requestPolicy: 'network-only' })} />
      ))}
      {list.nodes.length > 0 && (
        <Card title={plural(list.totalCount, 'classified dataset')} note="Newest first." flush>
          <DataTable
            label="Classified datasets"
            columns={columns}
            rows={list.nodes}
            keyOf={(each) => each.id}
          />
        </Card>
      )}
      {list.pageInfo.hasNextPage && (
        <div>
          <Button onClick={() => setUrl({ after: list.pageInfo.endCursor ?? undefined })}>Older ones</Button>
        </div>
      )}
    </Page>
  )
}

function StartForm({ classifier }: { readonly classifier: string }) {
  const { datasets, error: unread } = useChoices()
  const [chosen, setChosen] = useState<string>()
  const [which, setWhich] = useState<Which>('ALL')
  const [format, setFormat] = useState<Format>('CSV')
  const [{ fetching, error }, start] = useMutation(StartClassificationDocument)
  const dataset = chosen ?? datasets?.[0]?.id
  if (!datasets || dataset === undefined) {
    return unread ? <Problems error={unread} /> : datasets === undefined && <Loading what="datasets" />
  }
  const input: ClassifyDatasetInput = { classifier, dataset, format, ...imagesOf[which] }
  return (
    <Card title="Classify a dataset">
      <div className={styles.form}>
        <SelectField
          label="Dataset"
          value={dataset}
          options={datasets.map((each) => ({ value: each.id, label: each.name }))}
          onChange={setChosen}
        />
        <Choice<Which>
          label="Images"
          value={which}
          options={[
            { value: 'ALL', label: 'All with a label' },
            { value: 'TEST', label: 'Test images' },
            { value: 'UNLABELLED', label: 'Images without a label' },
          ]}
          onChange={setWhich}
        />
        <Choice<Format>
          label="Files"
          value={format}
          options={[
            { value: 'CSV', label: 'CSV' },
            { value: 'PARQUET', label: 'Parquet' },
          ]}
          onChange={setFormat}
        />
        <Problems error={error} />
        <div>
          <Button tone="primary" disabled={fetching} onClick={() => start({ input }, context)}>
            Classify
          </Button>
        </div>
      </div>
    </Card>
  )
}

const imagesOf: Readonly<Record<Which, Pick<ClassifyDatasetInput, 'split' | 'unlabelled'>>> = {
  ALL: {},
  TEST: { split: 'TEST' },
  UNLABELLED: { unlabelled: true },
}

const splitWords = { SUPPORT_POOL: 'support pool', VALIDATION: 'validation', TEST: 'test' } as const

const imagesWords = ({ images, split, unlabelled }: Classification): string => {
  const which = unlabelled ? ' without a label' : split ? ` in ${splitWords[split]}` : ''
  return `${plural(images, 'image')}${which}`
}

const columns: readonly Column<Classification>[] = [
  {
    id: 'dataset',
    header: 'Dataset',
    cell: ({ dataset }) =>
      dataset ? <Link href={`/datasets/${dataset.id}`}>{dataset.name}</Link> : 'Deleted',
  },
  { id: 'images', header: 'Images', cell: imagesWords },
  { id: 'version', header: 'Version', numeric: true, cell: ({ version }) => version },
  { id: 'state', header: 'State', cell: (classification) => <State classification={classification} /> },
  { id: 'files', header: 'Files', cell: (classification) => <Files classification={classification} /> },
  { id: 'since', header: 'Asked for', cell: ({ createdAt }) => time(createdAt) },
  {
    id: 'actions',
    header: <span className="visually-hidden">Actions</span>,
    cell: (classification) => <Actions classification={classification} />,
  },
]

const isRunning = ({ status }: Pick<Classification, 'status'>): boolean =>
  status === 'QUEUED' || status === 'RUNNING'

/** Tells of every change of a classification, at most twice a second. Shows why, if it cannot. */
function Follow({ id, onChange }: { readonly id: string; readonly onChange: () => void }) {
  const [{ error }] = useSubscription(
    { query: ClassificationChangesDocument, variables: { id } },
    (_, changes) => {
      // The last event is the last chance: a list that is being read may be of before it.
      if (!isRunning(changes.datasetClassification)) outdate()
      onChange()
      return changes
    },
  )
  return <Problems error={error} />
}

function State({ classification }: { readonly classification: Classification }) {
  const { status, progress, secondsLeft, error, unread } = classification
  return (
    <>
      <StatusBadge status={status} />
      {isRunning(classification) && <Progress label="Progress of the classification" share={progress} />}
      {secondsLeft != null && <span className="muted">{timeLeft(1000 * secondsLeft)}</span>}
      {unread > 0 && <p>{plural(unread, 'image')} cannot be read; their rows say why.</p>}
      {error && <p>{error}</p>}
    </>
  )
}

function Files({ classification: { parts, format } }: { readonly classification: Classification }) {
  if (parts.totalCount === 0) return '–'
  return (
    <ul className={styles.files}>
      {parts.nodes.map(({ number, url }) => (
        <li key={number}>
          <DownloadLink href={url}>{`Part ${number} (${format === 'CSV' ? 'CSV' : 'Parquet'})`}</DownloadLink>
        </li>
      ))}
      {parts.totalCount > parts.nodes.length && (
        <li>and {count(parts.totalCount - parts.nodes.length)} more, through the API</li>
      )}
    </ul>
  )
}

function Actions({ classification }: { readonly classification: Classification }) {
  const { id, status, dataset } = classification
  const [cancelled, cancel] = useMutation(CancelClassificationDocument)
  const [resumed, resume] = useMutation(ResumeClassificationDocument)
  const [removed, remove] = useMutation(DeleteClassificationDocument)
  const of = dataset?.name ?? 'a deleted dataset'
  return (
    <>
      {isRunning(classification) && (
        <Button tone="quiet" aria-label={`Cancel the classification of ${of}`} onClick={() => cancel({ id })}>
          Cancel
        </Button>
      )}
      {(status === 'FAILED' || status === 'CANCELLED') && (
        <Button
          tone="quiet"
          aria-label={`Continue the classification of ${of}`}
          onClick={() => resume({ id })}
        >
          Continue
        </Button>
      )}
      {!isRunning(classification) && (
        <Button
          tone="quiet"
          disabled={removed.fetching}
          aria-label={`Delete the classification of ${of}`}
          onClick={() => remove({ id }, context)}
        >
          Delete
        </Button>
      )}
      <Problems error={cancelled.error ?? resumed.error ?? removed.error} />
    </>
  )
}
