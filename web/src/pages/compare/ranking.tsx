import { type CSSProperties, useState } from 'react'
import { axisNumber, roomFor } from '../../charts/axis'
import { Button } from '../../components/button'
import { MethodName } from '../../components/method-name'
import { fixed, plural } from '../../design/format'
import { cssColor, styleOf } from '../../design/style-of'
import { type Metric, statisticOf } from './metrics'
import styles from './ranking.module.css'
import type { Line } from './series'
import type { ShownLines } from './use-shown-lines'

/** More lines than this are shown when asked for. */
const maxAtFirst = 20

/**
 * Every line at a number of shots, best first, as a point with its 95 % interval. It is also the legend of the chart: a line
 * is shown alone with a click, and hidden with the button beside it.
 */
export function Ranking({
  lines,
  shots,
  metric,
  baseline,
  shown,
  onPoint,
}: {
  readonly lines: readonly Line[]
  readonly shots: number
  readonly metric: Metric
  readonly baseline: Line | undefined
  readonly shown: ShownLines
  readonly onPoint: (key: string | undefined) => void
}) {
  const [all, setAll] = useState(false)
  const entries = lines
    .flatMap((line) => {
      const row = line.rows.get(shots)
      return row ? [{ line, ...statisticOf(row, metric) }] : []
    })
    .toSorted((a, b) => (metric.better === 'high' ? b.mean - a.mean : a.mean - b.mean))
  const visible = all ? entries : entries.slice(0, maxAtFirst)
  const reference = entries.find(({ line }) => line === baseline)
  // A baseline far away would leave no room to tell the others apart.
  const drawn = visible.length > 1 ? visible.filter((each) => each !== reference) : visible
  const [from, to] = roomFor(
    Math.min(...drawn.map(({ low }) => low)),
    Math.max(...drawn.map(({ high }) => high)),
  )
  const isOff = (value: number) => value < from || value > to
  const share = (value: number) => Math.min(100, Math.max(0, (100 * (value - from)) / (to - from)))
  return (
    <div className={styles.ranking}>
      <p className={styles.note}>
        At {plural(shots, 'shot')}, with 95 % intervals
        {reference &&
          (isOff(reference.mean)
            ? `; the baseline, ${fixed(reference.mean, metric.digits)}, is off the scale`
            : '; the dashed line is the baseline')}
      </p>
      <ol className={styles.entries} aria-label="Methods by result">
        {visible.map(({ line, mean, low, high }) => {
          const { color, marker } = styleOf(line.method, line.space)
          const hidden = shown.hidden.has(line.key)
          return (
            <li key={line.key} className={styles.row} data-faint={!shown.full.has(line.key)}>
              <button
                type="button"
                className={styles.entry}
                aria-pressed={shown.only.has(line.key)}
                disabled={hidden}
                onClick={() => shown.toggleOnly(line.key)}
                onPointerEnter={() => onPoint(line.key)}
                onPointerLeave={() => onPoint(undefined)}
                onFocus={() => onPoint(line.key)}
                onBlur={() => onPoint(undefined)}
              >
                <MethodName method={line.method} space={line.space} />
                <span className={styles.track} aria-hidden>
                  {reference && !isOff(reference.mean) && (
                    <span className={styles.reference} style={{ left: `${share(reference.mean)}%` }} />
                  )}
                  <span
                    className={styles.interval}
                    style={
                      {
                        left: `${share(low)}%`,
                        width: `${share(high) - share(low)}%`,
                        color: cssColor(line.method.color),
                      } satisfies CSSProperties
                    }
                  />
                  {isOff(mean) ? (
                    <span className={styles.off} style={{ left: `${share(mean)}%` }}>
                      {mean < from ? '◂' : '▸'}
                    </span>
                  ) : (
                    <svg
                      className={styles.point}
                      style={{ left: `${share(mean)}%`, color }}
                      width="12"
                      height="12"
                      viewBox="-6 -6 12 12"
                      aria-hidden="true"
                    >
                      <path d={marker.path} fill="currentColor" stroke="var(--surface)" />
                    </svg>
                  )}
                </span>
                <span className={styles.figure}>
                  {fixed(mean, metric.digits)}
                  <span className="visually-hidden">
                    , from {fixed(low, metric.digits)} to {fixed(high, metric.digits)}
                  </span>
                </span>
              </button>
              <button
                type="button"
                className={styles.eye}
                aria-pressed={hidden}
                aria-label={`Hide ${line.label}`}
                title={hidden ? 'Show it in the chart' : 'Hide it in the chart'}
                onClick={() => shown.toggleHidden(line.key)}
              >
                <Eye closed={hidden} />
              </button>
            </li>
          )
        })}
      </ol>
      <div className={styles.axis} aria-hidden>
        <span>{axisNumber(Number(from.toFixed(1)))}</span>
        <span>{metric.axis}</span>
        <span>{axisNumber(Number(to.toFixed(1)))}</span>
      </div>
      <div className={styles.tools}>
        {entries.length > maxAtFirst && (
          <Button tone="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `Show the best ${maxAtFirst}` : `Show all ${entries.length}`}
          </Button>
        )}
        {shown.isChanged && (
          <Button tone="quiet" onClick={shown.reset}>
            Back to the leaders
          </Button>
        )}
      </div>
    </div>
  )
}

function Eye({ closed }: { readonly closed: boolean }) {
  return (
    <svg
      aria-hidden="true"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
    >
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="2" />
      {closed && <path d="M2.5 13.5l11-11" />}
    </svg>
  )
}
