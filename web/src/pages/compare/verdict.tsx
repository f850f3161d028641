import { useQuery } from 'urql'
import { RecommendationDocument } from '../../api/generated'
import { Problems } from '../../components/problems'
import { SeriesMark } from '../../components/series-mark'
import { moreImages } from '../../design/advice'
import { styleOf } from '../../design/style-of'
import { UseThis } from '../classifiers/use-this'
import { labelOf } from './series'
import styles from './verdict.module.css'

/** The recommendation at a number of shots. */
export function Verdict({
  id,
  shots,
  encoder,
  isEmbedded,
}: {
  readonly id: string
  readonly shots: number
  /** The one encoder of the comparison; undefined if it has several. */
  readonly encoder: string | undefined
  /** Whether that is the encoder that comes with Shotboard. */
  readonly isEmbedded: boolean
}) {
  const [{ data, error }] = useQuery({
    query: RecommendationDocument,
    variables: { id, shots },
    requestPolicy: 'cache-first',
  })
  if (error) return <Problems error={error} />
  const recommendation = data?.comparison?.recommendation
  if (!recommendation) return null
  const { method, space, text, confidence } = recommendation
  const tied = recommendation.rivals.filter((rival) => rival.confidence === 'TIE')
  const tested = data.comparison?.testDataset ?? data.comparison?.dataset
  const images = tested?.counts.find(({ split }) => split === 'TEST')?.images ?? 0
  const why =
    confidence === 'TIE'
      ? moreImages(images, widest(tied.map(({ lead }) => lead)), tied.length, recommendation.pairs)
      : null
  return (
    <section aria-label="Verdict" className={styles.verdict}>
      <h2>
        <SeriesMark {...styleOf(method, space)} />
        {confidence === 'TIE' ? 'A tie, led by' : 'Use'} {method.name}
        {space && ` in ${space.id}`}
      </h2>
      <p>{text}</p>
      {why !== null && <p>{why}</p>}
      {isEmbedded && (
        <p>
          Mini CLIP, the encoder of this comparison, is small: it comes with Shotboard for trying things out.
          With a real CLIP model the same methods are far more accurate. Add one with{' '}
          <code>npx shotboard models add Xenova/clip-vit-base-patch16</code>, and compare again.
        </p>
      )}
      {encoder !== undefined && (
        <div>
          <UseThis
            tone="primary"
            {...{ comparison: id, encoder, method: method.id, space: space?.id ?? null }}
            label={labelOf({ method, space: space ?? null })}
          />
        </div>
      )}
    </section>
  )
}

/** Half of the widest interval, in points; null if none is known. */
function widest(leads: readonly { readonly low: number | null; readonly high: number | null }[]) {
  const halves = leads.flatMap(({ low, high }) =>
    low === null || high === null ? [] : [(100 * (high - low)) / 2],
  )
  return halves.length === 0 ? null : Math.max(...halves)
}
