import { useMutation } from 'urql'
import { CancelComparisonDocument, type ComparisonStateFragment } from '../../api/generated'
import { Button, ButtonLink } from '../../components/button'
import { Problems } from '../../components/problems'

export function ComparisonActions({ comparison }: { readonly comparison: ComparisonStateFragment }) {
  const { id, status, dataset } = comparison
  const [{ fetching, error }, cancel] = useMutation(CancelComparisonDocument)
  return (
    <>
      {(status === 'QUEUED' || status === 'RUNNING') && (
        <Button tone="danger" disabled={fetching} onClick={() => cancel({ id })}>
          Cancel
        </Button>
      )}
      <ButtonLink tone="primary" href={`/compare/new?dataset=${dataset.id}`}>
        New comparison
      </ButtonLink>
      <Problems error={error} />
    </>
  )
}
