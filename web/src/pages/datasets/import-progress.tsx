import { useMutation } from 'urql'
import { CancelImportDocument, type ImportStateFragment } from '../../api/generated'
import { Button, ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Problems } from '../../components/problems'
import { Progress } from '../../components/progress'
import { count, plural } from '../../design/format'
import styles from './datasets.module.css'
import { ImportWarnings } from './import-warnings'
import { RejectedFiles } from './rejected-files'
import { isRunning, useImport } from './use-import'

/** The progress and the result of an import. */
export function ImportProgress({ id, onAnother }: { readonly id: string; readonly onAnother: () => void }) {
  const { import: state, error } = useImport(id)
  const [{ error: cancelError }, cancel] = useMutation(CancelImportDocument)
  if (!state) return error ? <Problems error={error} /> : <Loading what="the import" />
  const { dataset, progress, rejected } = state
  return (
    <div className={styles.form}>
      {isRunning(state) ? (
        <Card title={`Importing ${state.archive}`}>
          <Progress label="Progress of the import" share={progress} />
          <p className={styles.found}>{tally(state)}</p>
          <Button onClick={() => cancel({ id })}>Cancel</Button>
          <Problems error={cancelError} />
        </Card>
      ) : (
        <Outcome state={state} />
      )}
      <ImportWarnings warnings={state.warnings} />
      {rejected.length > 0 && (
        <Card
          title={`${plural(state.rejectedCount, 'file')} left out`}
          note={`All others were imported.${state.rejectedCount > rejected.length ? ` The first ${count(rejected.length)} are shown.` : ''}`}
          flush
        >
          <RejectedFiles files={rejected} />
        </Card>
      )}
      {!isRunning(state) && (
        <div className={styles.submit}>
          {dataset && (
            <>
              <ButtonLink tone="primary" href={`/compare/new?dataset=${dataset.id}`}>
                Compare methods on it
              </ButtonLink>
              <ButtonLink href={`/datasets/${dataset.id}`}>Open the dataset</ButtonLink>
            </>
          )}
          <Button onClick={onAnother}>Import another</Button>
        </div>
      )}
    </div>
  )
}

function Outcome({ state }: { readonly state: ImportStateFragment }) {
  const { status, error, dataset, archive } = state
  if (status === 'SUCCEEDED') {
    return (
      <Notice tone="good" title={`${dataset?.name ?? archive} imported`}>
        {tally(state)}
      </Notice>
    )
  }
  return (
    <Notice
      tone={status === 'FAILED' ? 'bad' : 'warn'}
      title={status === 'FAILED' ? `${archive} could not be imported` : 'The import was cancelled'}
    >
      {error ?? tally(state)}
    </Notice>
  )
}

const tally = ({ files, added, duplicates }: ImportStateFragment): string =>
  files === null
    ? 'Scanning the archive…'
    : `${count(added)} of ${plural(files, 'file')} added${duplicates > 0 ? `, ${count(duplicates)} already there` : ''}.`
