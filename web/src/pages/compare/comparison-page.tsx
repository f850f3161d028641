import { useQuery, useSubscription } from 'urql'
import { Link, useParams } from 'wouter'
import {
  ComparisonChangesDocument,
  ComparisonDocument,
  type ComparisonStateFragment,
} from '../../api/generated'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Progress } from '../../components/progress'
import { StatusBadge } from '../../components/status-badge'
import { list, plural, time } from '../../design/format'
import { selectionWords } from '../../design/protocol-words'
import { ComparisonActions } from './comparison-actions'
import { ProtocolCard } from './protocol-card'
import { Results } from './results'
import { shotsOf } from './series'

/** A comparison: live while it runs, then its results. */
export function ComparisonPage() {
  const { id = '' } = useParams()
  const { comparison, exports, error } = useComparison(id)
  if (!comparison) return error ? <Problems error={error} /> : <Loading what="the comparison" />
  const { dataset, encoder, protocol, status, rows, createdAt } = comparison
  const running = isRunning(comparison)
  const seeds = Math.max(0, ...rows.map(({ accuracy }) => accuracy.n))
  return (
    <Page
      title={dataset.name}
      above={<Link href="/compare">All comparisons</Link>}
      note={
        <span>
          <StatusBadge status={status} />
          {rows.length > 0 && ` · ${list(shotsOf(rows))} shots · ${plural(seeds, 'seed')}`} · {encoder.name} ·{' '}
          {selectionWords[protocol.selection].short} · started {time(createdAt)}
        </span>
      }
      actions={<ComparisonActions comparison={comparison} exports={exports} />}
    >
      <Problems error={error} />
      {running && <Progress label="Progress of the comparison" share={comparison.progress} />}
      {comparison.error !== null && (
        <Notice tone={status === 'FAILED' ? 'bad' : 'warn'} title="Some runs did not succeed">
          {comparison.error}
        </Notice>
      )}
      {!running && comparison.changedSince && (
        <Notice tone="plain" title="The dataset has changed since">
          Its classes, prompts or images, or the encoder, are no longer those that were measured here. The
          results hold for what there was.
        </Notice>
      )}
      {rows.length > 0 ? (
        <>
          <Results comparison={comparison} running={running} />
          <ProtocolCard comparison={comparison} />
        </>
      ) : (
        <Notice tone="plain">
          {running
            ? 'Encoding images. Results appear here as soon as the first run has finished.'
            : 'No run of this comparison has finished.'}
        </Notice>
      )}
    </Page>
  )
}

const isRunning = ({ status }: ComparisonStateFragment): boolean =>
  status === 'QUEUED' || status === 'RUNNING'

/** The state of a comparison, updated while it runs. */
function useComparison(id: string) {
  const [{ data, error }] = useQuery({ query: ComparisonDocument, variables: { id } })
  const read = data?.comparison ?? undefined
  const [{ data: changes, error: streamError }] = useSubscription({
    query: ComparisonChangesDocument,
    variables: { id },
    pause: !read || !isRunning(read),
  })
  const live = changes?.comparison.id === id ? changes.comparison : undefined
  // A state that has ended is final, so it wins over an older event.
  const comparison = read && isRunning(read) ? (live ?? read) : read
  return { comparison, exports: read?.exports, error: error ?? streamError }
}
