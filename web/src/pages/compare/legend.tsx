import { MethodName } from '../../components/method-name'
import { fixed } from '../../design/format'
import { type Metric, statisticOf } from './metrics'
import styles from './results.module.css'
import type { Line } from './series'

/** The legend, best method first. Pointing at an entry highlights its line in the chart. */
export function Legend({
  lines,
  shots,
  metric,
  onPoint,
}: {
  readonly lines: readonly Line[]
  readonly shots: number
  readonly metric: Metric
  readonly onPoint: (key: string | undefined) => void
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, and must with the keyboard as well. */}
      <ol className={styles.legend} aria-label="Methods by result" tabIndex={0}>
        {ends.map(({ line, mean }) => (
          <li
            key={line.key}
            className={styles.entry}
            onPointerEnter={() => onPoint(line.key)}
            onPointerLeave={() => onPoint(undefined)}
          >
            <MethodName method={line.method} space={line.space} />
            <span className={styles.figure}>{fixed(mean, metric.digits)}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}
