import { AccuracyByShots, extentOf, type Series } from '../../charts/accuracy-by-shots'
import { SeriesMark } from '../../components/series-mark'
import { fixed } from '../../design/format'
import styles from './lines-by-method.module.css'
import type { Metric } from './metrics'
import type { Line } from './series'

/** A small chart for each method: its line in every space in full, the best with its interval, all others faint. */
export function LinesByMethod({
  lines,
  series,
  shots,
  metric,
  baseline,
  onPick,
}: {
  /** Best first. */
  readonly lines: readonly Line[]
  readonly series: readonly Series[]
  readonly shots: readonly number[]
  readonly metric: Metric
  readonly baseline: Line | undefined
  readonly onPick: (key: string) => void
}) {
  const most = Math.max(...shots)
  const extent = extentOf(series, new Set(methodsBest(lines)))
  const methods = [...new Map(lines.map(({ method }) => [method.id, method])).values()]
  const styleOfKey = new Map(series.map(({ key, style, points }) => [key, { style, points }]))
  return (
    <ul className={styles.methods}>
      {methods.map((method) => {
        const own = lines.filter((line) => line.method.id === method.id)
        const full = new Set([...own.map(({ key }) => key), ...(baseline ? [baseline.key] : [])])
        return (
          <li key={method.id}>
            <h3>{method.name}</h3>
            <AccuracyByShots
              {...{ series, shots, full, extent, onPick }}
              banded={new Set(own.slice(0, 1).map(({ key }) => key))}
              axis={metric.axis}
              small
            />
            <ul className={styles.spaces}>
              {own.map(({ key, space }) => {
                const known = styleOfKey.get(key)
                const end = known?.points.find((point) => point.shots === most)
                return (
                  known && (
                    <li key={key}>
                      <SeriesMark {...known.style} />
                      {space?.id ?? 'no space'} {end && fixed(end.mean, metric.digits)}
                    </li>
                  )
                )
              })}
            </ul>
          </li>
        )
      })}
    </ul>
  )
}

/** The keys of the best line of each method, from lines that are ranked. */
const methodsBest = (lines: readonly Line[]): string[] => {
  const best = new Map<string, string>()
  for (const { key, method } of lines) if (!best.has(method.id)) best.set(method.id, key)
  return [...best.values()]
}
