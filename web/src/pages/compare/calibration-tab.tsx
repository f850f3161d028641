import type { ReactNode } from 'react'
import { useQuery } from 'urql'
import { ReliabilityDocument, type ReliabilityQuery } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { type Column, DataTable } from '../../components/data-table'
import { EmptyState } from '../../components/empty-state'
import { lazily } from '../../components/lazily'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { count, fixed, plural } from '../../design/format'
import { cssColor } from '../../design/style-of'
import styles from './calibration-tab.module.css'
import { keyOf, type Line, type Row } from './series'

/** Not loaded before it is shown, because plots are large. */
const ReliabilityDiagram = lazily(
  async () => (await import('../../charts/reliability-diagram')).ReliabilityDiagram,
  () => <div className={styles.toCome} aria-hidden />,
)

type Bin = NonNullable<ReliabilityQuery['comparison']>['rows']['nodes'][number]['reliability'][number]

/** How often a method is right, by how confident it is. */
export function CalibrationTab({
  id,
  line,
  shots,
  tools,
}: {
  readonly id: string
  readonly line: Line
  readonly shots: number
  readonly tools: ReactNode
}) {
  const [, setUrl] = useUrlState()
  const [{ data, error }] = useQuery({
    query: ReliabilityDocument,
    variables: { id },
    requestPolicy: 'cache-first',
  })
  const row = line.rows.get(shots)
  const bins = data?.comparison?.rows.nodes.find(
    (each) => each.shots === shots && each.encoder.id === line.encoder && keyOf(each) === line.key,
  )?.reliability
  const all = [...line.rows.keys()].sort((a, b) => a - b)
  return (
    <Card
      title="Calibration"
      note={`${line.label} at ${plural(shots, 'shot')}: how often it is right, by how confident it is. On the diagonal, confidence can be taken at its word; below it, the method is too sure. Bins of few images say little.`}
      tools={
        <>
          {all.length > 1 && (
            <Choice
              label="Shots of the diagram"
              value={String(shots)}
              options={all.map((k) => ({
                value: String(k),
                label: k === shots ? plural(k, 'shot') : String(k),
              }))}
              onChange={(value) => setUrl({ shots: value })}
            />
          )}
          {tools}
        </>
      }
    >
      <Problems error={error} />
      {!bins && !error && <Loading what="confidences" />}
      {bins?.length === 0 && (
        <EmptyState title="No confidences">
          The version of Shotboard that measured this did not store them. Compare again to see them.
        </EmptyState>
      )}
      {bins && bins.length > 0 && row && (
        <div className={styles.calibration}>
          <ReliabilityDiagram
            bins={bins}
            color={cssColor(line.method.color)}
            description={`How often ${line.label} is right, by its confidence. The table has the numbers.`}
          />
          <div className={styles.numbers}>
            <Measures row={row} bins={bins} />
            <DataTable
              label="Bins of confidence"
              columns={columns}
              rows={bins}
              keyOf={({ low }) => String(low)}
            />
          </div>
        </div>
      )}
    </Card>
  )
}

/** The calibration error, and the two means that say which way it errs. */
function Measures({ row, bins }: { readonly row: Row; readonly bins: readonly Bin[] }) {
  const { mean, low, high, n } = row.calibrationError
  const images = bins.reduce((sum, bin) => sum + bin.images, 0)
  const over = (share: (bin: Bin) => number | null) =>
    (100 * bins.reduce((sum, bin) => sum + bin.images * (share(bin) ?? 0), 0)) / images
  return (
    <div className={styles.summary}>
      <dl className={styles.measures}>
        <div>
          <dt>Expected calibration error</dt>
          <dd>
            <strong>{fixed(100 * mean)} %</strong>{' '}
            <span className={styles.range}>
              {fixed(100 * low)}–{fixed(100 * high)}
            </span>
          </dd>
        </div>
        <div>
          <dt>Mean confidence</dt>
          <dd>
            <strong>{fixed(over(({ confidence }) => confidence))} %</strong>
          </dd>
        </div>
        <div>
          <dt>Accuracy</dt>
          <dd>
            <strong>{fixed(over(({ accuracy }) => accuracy))} %</strong>
          </dd>
        </div>
      </dl>
      <p className={styles.remark}>
        The error is measured in 15 bins
        {n > 1 ? `, for each of ${n} support sets, and averaged` : ''}; its range is a 95 % interval. The
        diagram has {bins.length} bins
        {n > 1 ? ' and counts each test image once per support set' : ''}.
      </p>
    </div>
  )
}

const percent = (share: number | null): string => (share === null ? '–' : `${fixed(100 * share)} %`)

const columns: readonly Column<Bin>[] = [
  {
    id: 'bin',
    header: 'Bin',
    cell: ({ low, high }) => `${fixed(100 * low, 0)}–${fixed(100 * high, 0)} %`,
  },
  { id: 'images', header: 'Images', numeric: true, cell: ({ images }) => count(images) },
  { id: 'confidence', header: 'Confidence', numeric: true, cell: ({ confidence }) => percent(confidence) },
  { id: 'accuracy', header: 'Accuracy', numeric: true, cell: ({ accuracy }) => percent(accuracy) },
]
