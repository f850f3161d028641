import { useQuery } from 'urql'
import { PredictionSetsDocument, type PredictionSetsQuery } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Problems } from '../../components/problems'
import { fixed, percentOf, plural } from '../../design/format'
import { keyOf, labelOf } from './series'
import styles from './sets-tab.module.css'

type QueriedRow = NonNullable<PredictionSetsQuery['comparison']>['rows']['nodes'][number]
type Sets = NonNullable<QueriedRow['sets']>
type SetsRow = QueriedRow & { readonly sets: Sets }

/** What sets of classes are worth: how often they hold the right class, and how small they are. */
export function SetsTab({
  id,
  encoder,
  shots,
}: {
  readonly id: string
  readonly encoder: string
  readonly shots: number
}) {
  const [url, setUrl] = useUrlState()
  const [{ data, error }] = useQuery({
    query: PredictionSetsDocument,
    variables: { id },
    requestPolicy: 'cache-first',
  })
  const rows = data?.comparison?.rows.nodes.flatMap((row) =>
    row.shots === shots && row.encoder.id === encoder && row.sets ? [{ ...row, sets: row.sets }] : [],
  )
  const [first] = rows ?? []
  const unknown = rows?.find(({ sets }) => sets.unknown)?.sets.unknown
  return (
    <Card
      title="Sets of classes"
      note={
        first
          ? `Instead of one class, a method can answer with all that may be right. Each set is made to hold the right class for ${percentOf(first.sets.promised)} of images; here is what it held at ${plural(shots, 'shot')}. Of two methods that keep the promise, the one with smaller sets says more.`
          : undefined
      }
    >
      <Problems error={error} />
      {!rows && !error && <Loading what="sets" />}
      {rows && !first && (
        <EmptyState title="No sets">
          Sets need an image of every class to be left out of the support set. There is none at one shot.
          Results of earlier versions have no sets either.
        </EmptyState>
      )}
      {first && (
        <>
          <DataTable
            label="Sets of every method"
            columns={columnsWith(unknown !== undefined && unknown !== null)}
            rows={rows ?? []}
            keyOf={keyOf}
            order={url.get('sets') ?? 'size'}
            onOrder={(order) => setUrl({ sets: order })}
          />
          <p className={styles.remark}>
            {`Small numbers are 95 % intervals over images${first.sets.coverage.n > 1 ? ' and support sets' : ', for this support set'}.`}
            {unknown &&
              ` ${plural(unknown.images, 'image')} of no class: it is turned away if its set is empty. AUROC is the chance that an image of a known class gets a more probable prediction than one of no class; 0.5 is a guess.`}
          </p>
        </>
      )}
    </Card>
  )
}

interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

const inPercent = ({ mean, low, high }: Interval): Interval => ({
  mean: 100 * mean,
  low: 100 * low,
  high: 100 * high,
})

const WithInterval = ({ mean, low, high }: Interval) => (
  <>
    {fixed(mean)}{' '}
    <span className={styles.range}>
      {fixed(low)}–{fixed(high)}
    </span>
  </>
)

const columns: readonly Column<SetsRow>[] = [
  {
    id: 'method',
    header: 'Method',
    orderBy: labelOf,
    cell: ({ method, space }) => <MethodName method={method} space={space} />,
  },
  {
    id: 'coverage',
    header: 'Right class in the set, %',
    numeric: true,
    orderBy: ({ sets }) => sets.coverage.mean,
    cell: ({ sets }) => <WithInterval {...inPercent(sets.coverage)} />,
  },
  {
    id: 'size',
    header: 'Classes in a set',
    numeric: true,
    orderBy: ({ sets }) => sets.size.mean,
    cell: ({ sets }) => <WithInterval {...sets.size} />,
  },
  {
    id: 'empty',
    header: 'Empty sets, %',
    numeric: true,
    orderBy: ({ sets }) => sets.empty.mean,
    cell: ({ sets }) => <WithInterval {...inPercent(sets.empty)} />,
  },
]

/** For comparisons with images of no class. */
const unknownColumns: readonly Column<SetsRow>[] = [
  {
    id: 'turned-away',
    header: 'Of no class: turned away, %',
    numeric: true,
    orderBy: ({ sets }) => sets.unknown?.turnedAway.mean ?? null,
    cell: ({ sets }) => (sets.unknown ? <WithInterval {...inPercent(sets.unknown.turnedAway)} /> : '–'),
  },
  {
    id: 'auroc',
    header: 'AUROC',
    numeric: true,
    orderBy: ({ sets }) => sets.unknown?.areaUnderRoc ?? null,
    cell: ({ sets }) =>
      typeof sets.unknown?.areaUnderRoc === 'number' ? fixed(sets.unknown.areaUnderRoc, 3) : '–',
  },
]

const columnsWith = (unknown: boolean): readonly Column<SetsRow>[] =>
  unknown ? [...columns, ...unknownColumns] : columns
