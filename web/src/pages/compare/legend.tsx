import { MethodName } from '../../components/method-name'
import { fixed } from '../../design/format'
import { type Metric, statisticOf } from './metrics'
import styles from './results.module.css'
import type { Line } from './series'

/** The legend, best method first. Pointing at an entry highlights its line in the chart; choosing it keeps it highlighted. */
export function Legend({
  lines,
  shots,
  metric,
  leading,
  pinned,
  onPoint,
  onPin,
}: {
  readonly lines: readonly Line[]
  readonly shots: number
  readonly metric: Metric
  readonly leading: ReadonlySet<string>
  /** The key of the line that stays highlighted. */
  readonly pinned: string | undefined
  readonly onPoint: (key: string | undefined) => void
  readonly onPin: (key: string | undefined) => void
}) {
  const ends = lines.flatMap((line) => {
    const row = line.rows.get(shots)
    return row ? [{ line, mean: statisticOf(row, metric).mean }] : []
  })
  ends.sort((a, b) => (metric.better === 'high' ? b.mean - a.mean : a.mean - b.mean))
  return (
    <div>
      <p className={styles.legendNote}>
        At {shots} {shots === 1 ? 'shot' : 'shots'}
      </p>
      <ol className={styles.legend} aria-label="Methods by result">
        {ends.map(({ line, mean }) => (
          <li key={line.key}>
            <button
              type="button"
              className={styles.entry}
              data-faint={!leading.has(line.key)}
              aria-pressed={line.key === pinned}
              onClick={() => onPin(line.key === pinned ? undefined : line.key)}
              onPointerEnter={() => onPoint(line.key)}
              onPointerLeave={() => onPoint(undefined)}
              onFocus={() => onPoint(line.key)}
              onBlur={() => onPoint(undefined)}
            >
              <MethodName method={line.method} space={line.space} />
              <span className={styles.figure}>{fixed(mean, metric.digits)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}
