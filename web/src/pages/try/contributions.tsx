import { fixed, signed } from '../../design/format'
import { termColor } from './term-colors'
import styles from './try.module.css'
import type { MethodPrediction } from './use-prediction'

type Score = MethodPrediction['top'][number]

/**
 * The contribution of each term to the best classes. Only differences of logits matter, so bars start at the term's
 * mean over the shown classes. Right of it, the term favours a class; left of it, the term disfavours it.
 */
export function Contributions({ top }: { readonly top: readonly Score[] }) {
  const terms = top[0]?.contributions.map(({ term }) => term) ?? []
  const centred = top.map((score) =>
    terms.map((term) => contributionOf(score, term) - mean(top.map((each) => contributionOf(each, term)))),
  )
  const reach = Math.max(
    1e-9,
    ...centred.flatMap((values) => [sumOf(values.filter((v) => v > 0)), -sumOf(values.filter((v) => v < 0))]),
  )
  return (
    <table className={styles.contributions}>
      <caption className="visually-hidden">
        The best classes with their probability, logit, and what each term contributed to the logit.
      </caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Class</th>
          <th scope="col">Probability</th>
          <th scope="col">Contributions</th>
          <th scope="col">Logit</th>
        </tr>
      </thead>
      <tbody>
        {top.map((score, i) => (
          <tr key={score.class.index}>
            <th scope="row" title={score.class.name}>
              {score.class.name}
            </th>
            <td className="numeric">{fixed(100 * score.probability)} %</td>
            <td title={describe(score, terms, centred[i] ?? [])}>
              <span className="visually-hidden">{describe(score, terms, centred[i] ?? [])}</span>
              <Bars terms={terms} values={centred[i] ?? []} reach={reach} />
            </td>
            <td className="numeric">{fixed(score.logit)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Bars stacked from the middle to both sides. */
function Bars({
  terms,
  values,
  reach,
}: {
  readonly terms: readonly string[]
  readonly values: readonly number[]
  readonly reach: number
}) {
  let [left, right] = [50, 50]
  return (
    <svg aria-hidden="true" className={styles.bars} viewBox="0 0 100 10" preserveAspectRatio="none">
      {values.map((value, k) => {
        const width = (48 * Math.abs(value)) / reach
        if (value < 0) left -= width
        const x = value < 0 ? left : right
        if (value >= 0) right += width
        return (
          <rect key={terms[k]} x={x} y="1" width={width} height="8" fill={termColor(terms[k] ?? '', terms)} />
        )
      })}
      <path d="M50 0V10" stroke="var(--line-strong)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}

const contributionOf = ({ contributions }: Score, term: string): number =>
  contributions.find((each) => each.term === term)?.value ?? 0

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const mean = (values: readonly number[]): number => sumOf(values) / values.length

const describe = (score: Score, terms: readonly string[], centred: readonly number[]): string =>
  terms
    .map(
      (term, k) =>
        `${term} ${fixed(contributionOf(score, term), 2)} (${signed(centred[k] ?? 0, 2)} to the mean)`,
    )
    .join(', ')
