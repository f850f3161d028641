import { useState } from 'react'
import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import {
  CancelComparisonDocument,
  type ComparisonStateFragment,
  DiscardComparisonDocument,
} from '../../api/generated'
import { localPath } from '../../api/local-path'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink, DownloadLink } from '../../components/button'
import { lazily } from '../../components/lazily'
import { Problems } from '../../components/problems'
import styles from './comparison-actions.module.css'

// Dialogs are loaded when one is opened.
const DescribeDialog = lazily(
  async () => (await import('./describe-dialog')).DescribeDialog,
  () => null,
)

export function ComparisonActions({
  comparison,
  exports,
}: {
  readonly comparison: ComparisonStateFragment
  /** The paths of its exports. */
  readonly exports: { readonly csv: string; readonly json: string; readonly html: string } | undefined
}) {
  const { id, status } = comparison
  const [describing, setDescribing] = useState(false)
  const [, navigate] = useLocation()
  const [discarded, discard] = useMutation(DiscardComparisonDocument)
  const ended = status !== 'QUEUED' && status !== 'RUNNING'
  const [url] = useUrlState()
  const shots = url.get('shots')
  const [{ fetching, error }, cancel] = useMutation(CancelComparisonDocument)
  return (
    <>
      {(status === 'QUEUED' || status === 'RUNNING') && (
        <Button tone="danger" disabled={fetching} onClick={() => cancel({ id })}>
          Cancel
        </Button>
      )}
      {exports && comparison.rows.nodes.length > 0 && (
        <>
          <ButtonLink href={`/try?comparison=${id}${shots === null ? '' : `&shots=${shots}`}`}>
            Try
          </ButtonLink>
          <a className={styles.link} href={localPath(exports.html)} target="_blank" rel="noreferrer">
            Report
          </a>
          <DownloadLink href={exports.csv}>CSV</DownloadLink>
          <DownloadLink href={exports.json}>JSON</DownloadLink>
        </>
      )}
      <Button onClick={() => setDescribing(true)}>Name and notes</Button>
      {ended && (
        <>
          <ButtonLink href={`/compare/two?a=${id}`}>Beside another</ButtonLink>
          <Button
            disabled={discarded.fetching}
            onClick={async () => {
              const { data } = await discard({ id })
              if (data) navigate(`/compare?deleted=${id}`)
            }}
          >
            Delete
          </Button>
        </>
      )}
      <ButtonLink tone="primary" href={`/compare/new?from=${id}`}>
        Change and compare
      </ButtonLink>
      {describing && <DescribeDialog comparison={comparison} onClose={() => setDescribing(false)} />}
      <Problems error={error ?? discarded.error} />
    </>
  )
}
