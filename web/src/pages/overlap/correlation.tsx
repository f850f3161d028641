import { useMemo } from 'react'
import { useQuery } from 'urql'
import { CorrelationDocument, type CorrelationQuery, FinishedComparisonsDocument } from '../../api/generated'
import { OverlapAgainstGain } from '../../charts/overlap-against-gain'
import { Card } from '../../components/card'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { fixed, plural, pValue } from '../../design/format'
import styles from './overlap.module.css'

type Correlation = CorrelationQuery['overlapCorrelation']

/** The correlation of less overlap with more accuracy, over the latest finished comparisons. */
export function CorrelationCard() {
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
      title="Does it help?"
      note="Each point compares a method in a space with the same method in clip, at a number of shots, over the finished comparisons."
    >
      <Problems error={listError ?? error} />
      {comparisons && ids.length === 0 && <p className="muted">No comparison has finished yet.</p>}
      {ids.length > 0 && !data && !error && <Loading what="comparisons" />}
      {data && <Points correlation={data.overlapCorrelation} />}
    </Card>
  )
}

function Points({ correlation }: { readonly correlation: Correlation }) {
  const { n, reason, pearson, spearman, points } = correlation
  const drawn = useMemo(
    () =>
      points.map(({ dataset, method, space, shots, reduction, gain }) => ({
        label: `${method.name}${space ? ` in ${space.id}` : ''}, ${plural(shots, 'shot')}, ${dataset.name}`,
        method: method.id,
        space: space?.id ?? null,
        reduction,
        gain,
      })),
    [points],
  )
  const coefficients = [
    { name: 'Pearson', coefficient: pearson },
    { name: 'Spearman', coefficient: spearman },
  ].flatMap(({ name, coefficient }) => (coefficient ? [{ name, ...coefficient }] : []))
  const words = coefficients.map(({ name, value }) => `${name} ${fixed(value, 2)}`).join(', ')
  return (
    <div className={styles.correlation}>
      {n > 0 && (
        <OverlapAgainstGain
          points={drawn}
          description={`Gain in accuracy by reduction of overlap, ${plural(n, 'point')}${words && `: ${words}`}.`}
        />
      )}
      <dl className={styles.coefficients}>
        {coefficients.map(({ name, value, pValue: p }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="numeric">
              {fixed(value, 2)} <span className={styles.p}>p {p < 0.001 ? pValue(p) : `= ${pValue(p)}`}</span>
            </dd>
          </div>
        ))}
        <div>
          <dt>Points</dt>
          <dd className="numeric">{n}</dd>
        </div>
      </dl>
      {reason !== null && <p className="muted">{reason}</p>}
    </div>
  )
}
