import { useState } from 'react'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { DatasetDocument, MendAddClassDocument, MendRenameDatasetDocument } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink } from '../../components/button'
import { TextField } from '../../components/field'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { adviceOn } from '../../design/advice'
import { count, plural } from '../../design/format'
import { ClassImages } from './class-images'
import { ClassRow } from './class-row'
import styles from './datasets.module.css'
import { NameDialog } from './name-dialog'
import { SelectedImages } from './selected-images'
import { useImageSelection } from './selection'
import { imagesIn, splits } from './splits'
import { UndoNotice } from './undo-notice'
import { UnlabelledImages } from './unlabelled-images'
import { useMending } from './use-mending'

/** With at least this many classes, show a search field. */
const classesToSearch = 12

/** Problems that are shown; a dataset may have very many. */
const shownProblems = 10

/** A dataset: its classes with their prompts and images. */
export function DatasetPage() {
  const { id = '' } = useParams()
  const [url, setUrl] = useUrlState()
  const [{ data, error }] = useQuery({ query: DatasetDocument, variables: { id } })
  const mending = useMending()
  const selection = useImageSelection()
  const [naming, setNaming] = useState<'dataset' | 'class'>()
  const dataset = data?.dataset
  if (!dataset) return error ? <Problems error={error} /> : <Loading what="the dataset" />
  const { name, counts, problems, unlabelled } = dataset
  const { nodes: samples } = dataset.samples
  const wanted = (url.get('find') ?? '').toLowerCase()
  const found = samples.filter((sample) => sample.class.name.toLowerCase().includes(wanted))
  const advice = adviceOn({
    classes: samples.length,
    least: Math.min(...samples.map((sample) => imagesIn(sample.counts, 'SUPPORT_POOL'))),
    validation: imagesIn(counts, 'VALIDATION'),
    test: imagesIn(counts, 'TEST'),
  })
  const shown = url.get('class')
  const showsUnlabelled = url.has('unlabelled')
  const classes = samples.map((sample) => sample.class.name)
  const ask = (what: 'dataset' | 'class') => () => {
    mending.dismiss()
    setNaming(what)
  }
  const mended = (
    <>
      <SelectedImages dataset={id} {...{ classes, selection, mending }} />
      <UndoNotice mending={mending} />
    </>
  )
  return (
    <Page
      title={name}
      above={<Link href="/datasets">All datasets</Link>}
      note={plural(samples.length, 'class', 'classes')}
      actions={
        <>
          <Button onClick={ask('dataset')}>Rename</Button>
          <Button onClick={ask('class')}>Add a class</Button>
          <ButtonLink href={`/datasets/${id}/map`}>Map</ButtonLink>
          <ButtonLink href={`/overlap?dataset=${id}`}>Overlap</ButtonLink>
          <ButtonLink href={`/try?dataset=${id}`}>Try</ButtonLink>
          <ButtonLink tone="primary" href={`/compare/new?dataset=${id}`}>
            Compare methods on it
          </ButtonLink>
        </>
      }
    >
      <Problems error={error} />
      <dl className={styles.figures}>
        {splits.map(({ value, label, purpose }) => (
          <div key={value}>
            <dt>{label}</dt>
            <dd>
              <strong className="numeric">{count(imagesIn(counts, value))}</strong> {purpose}
            </dd>
          </div>
        ))}
        {unlabelled.totalCount > 0 && (
          <div>
            <dt>Without a label</dt>
            <dd>
              <strong className="numeric">{count(unlabelled.totalCount)}</strong> not used.{' '}
              <Link href={`/datasets/${id}/label`}>Label them</Link>{' '}
              <Button tone="quiet" onClick={() => setUrl({ unlabelled: '' })}>
                Show
              </Button>
            </dd>
          </div>
        )}
      </dl>
      {advice.length > 0 && counts.length > 0 && (
        <Notice tone="plain" title="Good to know">
          <ul>
            {advice.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Notice>
      )}
      {problems.length > 0 && (
        <Notice tone="warn" title={`${plural(problems.length, 'thing')} to look at`}>
          <ul>
            {problems.slice(0, shownProblems).map(({ kind, text }) => (
              <li key={`${kind} ${text}`}>{text}</li>
            ))}
          </ul>
          {problems.length > shownProblems && `and ${count(problems.length - shownProblems)} more`}
        </Notice>
      )}
      {counts.length === 0 && (
        <Notice tone="plain" title="No images yet">
          The dataset has classes and prompts. Add images through the API, or import a folder with the same
          name.
        </Notice>
      )}
      {samples.length >= classesToSearch && (
        <div className={styles.search}>
          <TextField
            label="Find a class"
            type="search"
            value={url.get('find') ?? ''}
            hint={wanted === '' ? undefined : `${found.length} of ${samples.length}`}
            onChange={(event) => setUrl({ find: event.currentTarget.value || undefined })}
          />
        </div>
      )}
      <ul className={styles.classes}>
        {found.map((sample) => (
          <ClassRow
            // By name: a merge or an undo moves what is behind an index, also under an open dialog.
            key={sample.class.name}
            dataset={id}
            {...{ sample, classes, mending }}
            onShow={() => setUrl({ class: sample.class.name })}
          />
        ))}
      </ul>
      {shown !== null && (
        <ClassImages
          dataset={id}
          name={shown}
          selection={selection}
          onClose={() => setUrl({ class: undefined })}
        >
          {mended}
        </ClassImages>
      )}
      {showsUnlabelled && (
        <UnlabelledImages
          dataset={id}
          selection={selection}
          onClose={() => setUrl({ unlabelled: undefined })}
        >
          {mended}
        </UnlabelledImages>
      )}
      {naming === 'dataset' && (
        <NameDialog
          title="Rename the dataset"
          action="Rename"
          initial={name}
          mending={mending}
          onSubmit={(name) => mending.run(MendRenameDatasetDocument, { dataset: id, name })}
          onClose={() => setNaming(undefined)}
        />
      )}
      {naming === 'class' && (
        <NameDialog
          title="Add a class"
          action="Add"
          initial=""
          mending={mending}
          onSubmit={(name) => mending.run(MendAddClassDocument, { dataset: id, class: { name } })}
          onClose={() => setNaming(undefined)}
        />
      )}
      {shown === null && !showsUnlabelled && mended}
    </Page>
  )
}
