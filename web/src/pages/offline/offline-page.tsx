import { useEffect, useState } from 'react'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { OfflineClassifierDocument } from '../../api/generated'
import { localPath } from '../../api/local-path'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { DropZone } from '../../components/drop-zone'
import { SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { fixed, plural } from '../../design/format'
import type { ExportedClassifier, OfflineAnswer } from './exported-classifier'
import styles from './offline.module.css'

const precisions = [
  { value: 'fp32', label: 'fp32, as it is' },
  { value: 'fp16', label: 'fp16, half the size' },
  { value: 'q8', label: 'q8, a quarter of it' },
]

/** Runs an exported classifier in this browser. */
export function OfflinePage() {
  const { id = '' } = useParams()
  const [{ data, error }] = useQuery({ query: OfflineClassifierDocument, variables: { classifier: id } })
  const found = data?.classifier
  return (
    <Page
      title="Try offline"
      above={<Link href="/classifiers">Classifiers</Link>}
      note={
        <>
          The exported model of {found ? <strong>{found.name}</strong> : 'the classifier'} runs in this
          browser. Your images stay here.
        </>
      }
    >
      <Problems error={error} />
      {!data && !error && <Loading what="the classifier" />}
      {found?.version.problem != null && <Notice tone="bad">{found.version.problem}</Notice>}
      {found && found.version.problem == null && <Trial tar={localPath(found.version.exports.tar)} />}
    </Page>
  )
}

/** Undefined: not asked for. */
type Model =
  | { readonly state: 'loading'; readonly bytes: number }
  | { readonly state: 'ready'; readonly classifier: ExportedClassifier }
  | { readonly state: 'failed'; readonly reason: string }

function Trial({ tar }: { readonly tar: string }) {
  const [precision, setPrecision] = useState('fp32')
  const [wanted, setWanted] = useState<string>()
  const model = useModel(wanted)
  return (
    <Card
      title="The model"
      note="It is downloaded once, as the command “export classifier” writes it."
      tools={
        <SelectField
          inline
          label="Weights"
          value={precision}
          options={precisions}
          onChange={(value) => {
            setPrecision(value)
            setWanted(undefined)
          }}
        />
      }
    >
      {!model && (
        <Button tone="primary" onClick={() => setWanted(addressOf(tar, precision))}>
          Download the model
        </Button>
      )}
      {model?.state === 'loading' && (
        <p role="status">
          {model.bytes === 0 ? 'Writing the model…' : `Downloading: ${fixed(model.bytes / 1e6)} MB`}
        </p>
      )}
      {model?.state === 'failed' && <Notice tone="bad">{model.reason}</Notice>}
      {model?.state === 'ready' && <Images classifier={model.classifier} />}
    </Card>
  )
}

/** The path of the export may have options already. */
function addressOf(tar: string, precision: string): string {
  const url = new URL(tar, location.href)
  url.searchParams.set('precision', precision)
  return url.href
}

/** Downloads the model at an address and starts it. */
function useModel(url: string | undefined): Model | undefined {
  const [model, setModel] = useState<Model>()
  useEffect(() => {
    setModel(undefined)
    if (url === undefined) return
    const stopped = new AbortController()
    const set = (next: Model) => {
      if (!stopped.signal.aborted) setModel(next)
    }
    set({ state: 'loading', bytes: 0 })
    import('./exported-classifier')
      .then(({ openExported }) =>
        openExported(url, (bytes) => set({ state: 'loading', bytes }), stopped.signal),
      )
      .then(
        (classifier) => set({ state: 'ready', classifier }),
        (error) => set({ state: 'failed', reason: error instanceof Error ? error.message : String(error) }),
      )
    return () => stopped.abort()
  }, [url])
  return model
}

interface Classified {
  readonly key: number
  readonly file: File
  readonly answer: OfflineAnswer | null
  readonly milliseconds: number
}

function Images({ classifier }: { readonly classifier: ExportedClassifier }) {
  const [done, setDone] = useState<readonly Classified[]>([])
  const [waiting, setWaiting] = useState(0)
  async function classify(files: readonly File[]) {
    setWaiting((count) => count + files.length)
    for (const file of files) {
      const started = performance.now()
      const answer = await classifier.classify(file).catch(() => null)
      const milliseconds = performance.now() - started
      setDone((all) => [{ key: all.length, file, answer, milliseconds }, ...all])
      setWaiting((count) => count - 1)
      // The page shows each answer before the next image is classified.
      await new Promise((resolve) => setTimeout(resolve))
    }
  }
  return (
    <>
      <DropZone accept="image/*" multiple onFiles={classify}>
        Drop images, or choose them
      </DropZone>
      <p className="muted" role="status">
        {waiting > 0
          ? `${plural(waiting, 'image')} to go`
          : `${plural(done.length, 'image')} classified here`}
      </p>
      {done.length > 0 && (
        <DataTable label="Answers" columns={columns} rows={done} keyOf={({ key }) => String(key)} />
      )}
    </>
  )
}

const columns: readonly Column<Classified>[] = [
  { id: 'image', header: 'Image', cell: ({ file }) => <Shown file={file} /> },
  {
    id: 'class',
    header: 'Class',
    cell: ({ answer }) => answer?.classes[0]?.name ?? 'This browser cannot read the image.',
  },
  {
    id: 'probability',
    header: 'Probability',
    numeric: true,
    cell: ({ answer }) => (answer?.classes[0] ? `${fixed(100 * answer.classes[0].probability)} %` : '–'),
  },
  {
    id: 'logits',
    header: 'Logits',
    cell: ({ answer }) =>
      answer?.classes
        .slice(0, 5)
        .map(({ name, logit }) => `${name} ${fixed(logit, 4)}`)
        .join(', ') ?? '–',
  },
  {
    id: 'time',
    header: 'Time',
    numeric: true,
    cell: ({ milliseconds }) => `${fixed(milliseconds, 0)} ms`,
  },
]

function Shown({ file }: { readonly file: File }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return (
    <span className={styles.image}>
      {url !== undefined && <img src={url} alt="" width={40} height={40} />}
      {file.name}
    </span>
  )
}
