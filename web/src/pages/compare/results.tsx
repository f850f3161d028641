import { useMemo, useState } from 'react'
import type { ComparisonStateFragment } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { SelectField } from '../../components/field'
import { lazily } from '../../components/lazily'
import { plural } from '../../design/format'
import { styleOf } from '../../design/style-of'
import { Details } from './details'
import { metricNamed, metrics, statisticOf } from './metrics'
import { Ranking } from './ranking'
import styles from './results.module.css'
import { ResultsTable } from './results-table'
import { type Line, leadingOf, linesOf, rankedAt, shotsOf } from './series'
import { usePairs } from './use-pairs'
import { useShownLines } from './use-shown-lines'
import { Verdict } from './verdict'

const views = [
  { value: 'lines', label: 'Together' },
  { value: 'methods', label: 'By method' },
] as const

// Starts loading the charts while the comparison is read.
const drawing = import('../../charts/accuracy-by-shots')
const AccuracyByShots = lazily(
  async () => (await drawing).AccuracyByShots,
  () => <div className={styles.toCome} aria-hidden />,
)
const LinesByMethod = lazily(
  async () => (await import('./lines-by-method')).LinesByMethod,
  () => <div className={styles.toCome} aria-hidden />,
)

/** The results of a comparison: recommendation, chart, table, and details. */
export function Results({
  comparison,
  running,
}: {
  readonly comparison: ComparisonStateFragment
  readonly running: boolean
}) {
  const { id } = comparison
  const { nodes: rows } = comparison.rows
  const [url, setUrl] = useUrlState()
  const [pointedAt, setPointedAt] = useState<string>()
  const encoders = useMemo(
    () => [...new Map(rows.map((row) => [row.encoder.id, row.encoder])).values()],
    [rows],
  )
  // Shows one encoder at a time, because a line is a method in a space.
  const encoder = encoders.find((each) => each.id === url.get('encoder')) ?? encoders[0]
  const own = useMemo(() => rows.filter((row) => row.encoder.id === encoder?.id), [rows, encoder])
  const lines = useMemo(() => linesOf(own), [own])
  const shots = useMemo(() => shotsOf(own), [own])
  const metric = metricNamed(url.get('metric'))
  const chosenShots = Number(url.get('shots'))
  const at = shots.includes(chosenShots) ? chosenShots : Math.max(...shots)
  const ranked = useMemo(() => rankedAt(lines, at), [lines, at])
  const baseline =
    lines.find(({ key }) => key === url.get('baseline')) ??
    lines.find(({ key }) => key === 'zero-shot') ??
    lines[0]
  const leading = useMemo(() => leadingOf(ranked, baseline), [ranked, baseline])
  const shown = useShownLines(lines, leading, [ranked[0]?.key, baseline?.key])
  const view = url.get('view') === 'methods' ? 'methods' : 'lines'
  const pairs = usePairs(id, baseline, metric, running)
  const sets = Math.max(...own.map((row) => row.accuracy.n))
  const series = useMemo(
    () =>
      lines.map(({ key, label, method, space, rows: byShots }) => ({
        key,
        label,
        style: styleOf(method, space),
        isLevel: usesNoShots(method, byShots),
        points: [...byShots.values()]
          .map((row) => ({ shots: row.shots, ...statisticOf(row, metric) }))
          .sort((a, b) => a.shots - b.shots),
      })),
    [lines, metric],
  )
  const inChart = useMemo(() => series.filter(({ key }) => !shown.hidden.has(key)), [series, shown])
  return (
    <>
      {!running && (
        <Verdict
          id={id}
          shots={at}
          encoder={encoders.length === 1 ? encoder?.id : undefined}
          isEmbedded={encoders.length === 1 && comparison.encoder.isEmbedded}
        />
      )}
      {encoders.length > 1 && encoder && (
        <Choice
          label="Encoder"
          value={encoder.id}
          options={encoders.map(({ id: value, name: label }) => ({ value, label }))}
          onChange={(value) => setUrl({ encoder: value === encoders[0]?.id ? undefined : value })}
        />
      )}
      <Card
        title={shots.length > 1 ? `${metric.label} by shots` : `${metric.label} at ${plural(at, 'shot')}`}
        note={`Mean with its 95 % interval ${over(sets)}.${shots.length > 1 && shown.full.size < lines.length ? ' In colour: the best line of each leading method and the baseline, or the lines that you choose.' : ''}`}
        tools={
          <>
            {shots.length > 1 && (
              <Choice
                label="View"
                value={view}
                options={views}
                onChange={(value) => setUrl({ view: value === 'lines' ? undefined : value })}
              />
            )}
            <Choice
              label="Measure"
              value={metric.id}
              options={metrics.map((each) => ({ value: each.id, label: each.label }))}
              onChange={(value) => setUrl({ metric: value === 'accuracy' ? undefined : value })}
            />
          </>
        }
      >
        {shots.length > 1 && view === 'methods' ? (
          <LinesByMethod
            lines={ranked}
            {...{ series, shots, metric, baseline }}
            onPick={(key) => setUrl({ only: key, view: undefined })}
          />
        ) : (
          <div className={shots.length > 1 ? styles.chart : undefined}>
            {shots.length > 1 && (
              <div className={styles.drawing}>
                <AccuracyByShots
                  series={inChart}
                  shots={shots}
                  axis={metric.axis}
                  full={shown.full}
                  banded={shown.banded}
                  pointed={pointedAt}
                  onPick={shown.toggleOnly}
                />
              </div>
            )}
            <Ranking
              lines={ranked}
              shots={at}
              {...{ metric, baseline, shown }}
              onPoint={(key) => setPointedAt(key)}
            />
          </div>
        )}
      </Card>
      <Card
        title="Every method"
        note={`Mean with its 95 % interval ${over(sets)}. Differences to the baseline are in points; difference, interval and p are of the measure that is shown.`}
        flush
        tools={
          <>
            {shots.length > 1 && (
              <Choice
                label="Shots"
                value={String(at)}
                options={shots.map((k) => ({
                  value: String(k),
                  label: k === at ? plural(k, 'shot') : String(k),
                }))}
                onChange={(value) => setUrl({ shots: value })}
              />
            )}
            <SelectField
              inline
              label="Baseline"
              value={baseline?.key ?? ''}
              options={lines.map(({ key, label }) => ({ value: key, label }))}
              onChange={(value) => setUrl({ baseline: value })}
            />
          </>
        }
      >
        <ResultsTable
          comparison={running ? undefined : id}
          lines={lines}
          shots={shots}
          at={at}
          metric={metric}
          baseline={baseline}
          pairs={pairs}
          order={url.get('order') ?? undefined}
          onOrder={(order) => setUrl({ order })}
        />
      </Card>
      {!running && ranked[0] && baseline && (
        <Details comparison={comparison} ranked={ranked} shots={at} baseline={baseline} />
      )}
    </>
  )
}

/** Whether a method is the same at every number of shots, as zero-shot is. */
const usesNoShots = (method: Line['method'], rows: Line['rows']): boolean =>
  method.id === 'zero-shot' && new Set([...rows.values()].map(({ accuracy }) => accuracy.mean)).size === 1

/** What intervals hold for. */
const over = (sets: number): string =>
  sets > 1
    ? `over test images and ${sets} support sets, which are both samples`
    : 'over test images, for this support set'
