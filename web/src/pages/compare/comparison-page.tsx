import { useMutation, useQuery, useSubscription } from 'urql'
import { Link, useParams } from 'wouter'
import {
  ComparisonChangesDocument,
  ComparisonDocument,
  type ComparisonStateFragment,
  RestoreComparisonDocument,
} from '../../api/generated'
import { Button } from '../../components/button'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Progress } from '../../components/progress'
import { StatusBadge } from '../../components/status-badge'
import { plural, shotsWords, time, timeLeft } from '../../design/format'
import { selectionWords } from '../../design/protocol-words'
import { ComparisonActions } from './comparison-actions'
import styles from './comparison-page.module.css'
import { ProtocolCard } from './protocol-card'
import { Results } from './results'
import { shotsOf } from './series'
import { useTimeLeft } from './use-time-left'

/** A comparison: live while it runs, then its results. */
export function ComparisonPage() {
  const { id = '' } = useParams()
  const { comparison, exports, error } = useComparison(id)
  const running = comparison !== undefined && isRunning(comparison)
  const left = useTimeLeft(comparison?.progress ?? 0, running)
  const [restored, restore] = useMutation(RestoreComparisonDocument)
  if (!comparison) return error ? <Problems error={error} /> : <Loading what="the comparison" />
  const { name, notes, dataset, encoder, protocol, status, createdAt } = comparison
  const { nodes: rows } = comparison.rows
  const seeds = Math.max(0, ...rows.map(({ accuracy }) => accuracy.n))
  return (
    <Page
      title={name ?? dataset.name}
      above={<Link href="/compare">All comparisons</Link>}
      note={
        <span>
          <StatusBadge status={status} />
          {rows.length > 0 && ` · ${shotsWords(shotsOf(rows))} · ${plural(seeds, 'seed')}`}
          {name !== null && ` · ${dataset.name}`} · {encoder.name} ·{' '}
          {selectionWords[protocol.selection].short} · started {time(createdAt)}
        </span>
      }
      actions={<ComparisonActions comparison={comparison} exports={exports} />}
    >
      <Problems error={error ?? restored.error} />
      {comparison.discardedAt !== null && (
        <Notice tone="warn" title="This comparison is deleted">
          <p>It is kept for 7 days, so that it can be taken back.</p>
          <Button onClick={() => restore({ id })}>Undo</Button>
        </Notice>
      )}
      {notes !== '' && <p className={styles.notes}>{notes}</p>}
      {running && (
        <>
          <Progress label="Progress of the comparison" share={comparison.progress} />
          <p className="muted" role="status">
            {left === undefined ? 'How long it takes is not known yet.' : `${timeLeft(left)} left`}
          </p>
        </>
      )}
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

/** What a person changes on the page, and the page reads again: events tell of progress alone. */
const describedBy = ({ name, notes, discardedAt }: ComparisonStateFragment) => ({ name, notes, discardedAt })

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
  const comparison = read && isRunning(read) && live ? { ...live, ...describedBy(read) } : read
  return { comparison, exports: read?.exports, error: error ?? streamError }
}
