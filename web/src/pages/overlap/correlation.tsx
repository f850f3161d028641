import { useMemo } from 'react'
import { useQuery } from 'urql'
import { CorrelationDocument, type CorrelationQuery, FinishedComparisonsDocument } from '../../api/generated'
import { OverlapAgainstGain } from '../../charts/overlap-against-gain'
import { Card } from '../../components/card'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed, plural } from '../../design/format'
import { cssColor, styleOf } from '../../design/style-of'
import styles from './overlap.module.css'

type Correlation = CorrelationQuery['overlapCorrelation']
type Coefficient = NonNullable<Correlation['byDataset'][number]['pearson']>

/** Whether less overlap goes with more accuracy in a dataset, over the latest finished comparisons. */
export function CorrelationCard({ dataset }: { readonly dataset: string }) {
  const [{ data: comparisons, error: listError }] = useQuery({ query: FinishedComparisonsDocument })
  const ids = useMemo(
    () =>
      comparisons?.comparisons.nodes.flatMap(({ id, status }) => (status === 'SUCCEEDED' ? [id] : [])) ?? [],
    [comparisons],
  )
  const [{ data, error }] = useQuery({
    query: CorrelationDocument,
    variables: { comparisons: ids },
    requestPolicy: 'cache-first',
    pause: ids.length === 0,
  })
  return (
    <Card
      title="Does less overlap go with more accuracy here?"
      note="Each point compares a method in a space with the same method in clip, at a number of shots, over the finished comparisons of this dataset."
    >
      <Problems error={listError ?? error} />
      {comparisons && ids.length === 0 && <p className="muted">No comparison has finished yet.</p>}
      {ids.length > 0 && !data && !error && <Loading what="comparisons" />}
      {data && <Found correlation={data.overlapCorrelation} dataset={dataset} />}
    </Card>
  )
}

function Found({ correlation, dataset }: { readonly correlation: Correlation; readonly dataset: string }) {
  const { byDataset, points } = correlation
  const here = byDataset.find((each) => each.dataset.id === dataset)
  const drawn = useMemo(
    () =>
      points
        .filter((point) => point.dataset.id === dataset)
        .map(({ method, space, shots, reduction, gain }) => ({
          label: `${method.name}${space ? ` in ${space.id}` : ''}, ${plural(shots, 'shot')}`,
          style: styleOf(method, space),
          reduction,
          gain: 100 * gain,
        })),
    [points, dataset],
  )
  const others = byDataset.length - (here ? 1 : 0)
  return (
    <div className={styles.found}>
      {here ? (
        <>
          <p className={styles.text}>{here.text}</p>
          <div className={styles.correlation}>
            <OverlapAgainstGain
              points={drawn}
              description={`Gain in accuracy by reduction of overlap, ${plural(here.n, 'point')}. ${here.text}`}
            />
            <div>
              <Key points={points.filter((point) => point.dataset.id === dataset)} />
              <dl className={styles.coefficients}>
                {here.pearson && <Figure name="Pearson" coefficient={here.pearson} />}
                {here.spearman && <Figure name="Spearman" coefficient={here.spearman} />}
                <div>
                  <dt>Points</dt>
                  <dd className="numeric">{here.n}</dd>
                </div>
              </dl>
            </div>
          </div>
        </>
      ) : (
        <p className="muted">
          No finished comparison of this dataset has a method both in clip and in another space.
        </p>
      )}
      {here && others > 0 && <p>{correlation.text}</p>}
      {here?.pearson && (
        <p className="muted">
          The points are not independent, because all points of one space share its overlap. So an interval
          for one dataset counts spaces, not points
          {others > 0 && ', and one over several datasets counts datasets'}.
        </p>
      )}
    </div>
  )
}

/** What the colours and the symbols of the points mean: methods and spaces. */
function Key({ points }: { readonly points: Correlation['points'] }) {
  const methods = [...new Map(points.map(({ method }) => [method.id, method])).values()]
  const spaces = [
    ...new Map(points.flatMap(({ space }) => (space ? [[space.id, space] as const] : []))).values(),
  ]
  return (
    <dl className={styles.key}>
      <dt>Colour: method</dt>
      {methods.map(({ id, name, color }) => (
        <dd key={id}>
          <svg
            width="12"
            height="12"
            viewBox="-6 -6 12 12"
            aria-hidden="true"
            style={{ color: cssColor(color) }}
          >
            <circle r="4.5" fill="currentColor" />
          </svg>
          {name}
        </dd>
      ))}
      <dt>Symbol: space</dt>
      {spaces.map(({ id, marker }) => (
        <dd key={id}>
          <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
            <path d={marker.path} fill="currentColor" />
          </svg>
          {id}
        </dd>
      ))}
    </dl>
  )
}

function Figure({ name, coefficient }: { readonly name: string; readonly coefficient: Coefficient }) {
  const { value, interval } = coefficient
  return (
    <div>
      <dt>{name}</dt>
      <dd className="numeric">
        {fixed(value, 2)}{' '}
        {interval && (
          <span className={styles.interval}>
            {fixed(interval.low, 2)} to {fixed(interval.high, 2)}
          </span>
        )}
      </dd>
    </div>
  )
}
