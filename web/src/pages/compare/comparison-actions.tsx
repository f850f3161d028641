import { useMutation } from 'urql'
import { CancelComparisonDocument, type ComparisonStateFragment } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink, DownloadLink } from '../../components/button'
import { Problems } from '../../components/problems'

export function ComparisonActions({
  comparison,
  exports,
}: {
  readonly comparison: ComparisonStateFragment
  /** The paths of its exports. */
  readonly exports: { readonly csv: string; readonly json: string } | undefined
}) {
  const { id, status, dataset } = comparison
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
      {exports && comparison.rows.length > 0 && (
        <>
          <ButtonLink href={`/try?comparison=${id}${shots === null ? '' : `&shots=${shots}`}`}>
            Try
          </ButtonLink>
          <DownloadLink href={exports.csv}>CSV</DownloadLink>
          <DownloadLink href={exports.json}>JSON</DownloadLink>
        </>
      )}
      <ButtonLink tone="primary" href={`/compare/new?dataset=${dataset.id}`}>
        New comparison
      </ButtonLink>
      <Problems error={error} />
    </>
  )
}
