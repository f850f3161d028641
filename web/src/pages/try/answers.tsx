import { useQuery } from 'urql'
import { ImageLabelDocument } from '../../api/generated'
import { AnswerCard } from './answer-card'
import { Terms } from './term-colors'
import styles from './try.module.css'
import type { ImagePrediction } from './use-prediction'

/** The predictions of all methods for one image. */
export function Answers({
  prediction: { image, predictions },
  dataset,
}: {
  readonly prediction: ImagePrediction
  readonly dataset: string
}) {
  const truth = useLabel(dataset, image.id)
  const votes = new Map<string, number>()
  for (const { top } of predictions) {
    const name = top[0]?.class.name
    if (name !== undefined) votes.set(name, (votes.get(name) ?? 0) + 1)
  }
  const ranked = [...votes].sort((a, b) => b[1] - a[1])
  const terms = [
    ...new Set(predictions.flatMap(({ top }) => top[0]?.contributions.map(({ term }) => term) ?? [])),
  ]
  return (
    <>
      <section className={styles.subject} aria-label="The image">
        <img
          src={image.url}
          alt={truth === undefined ? 'The classified image' : `The classified image: ${truth}`}
          className={styles.image}
        />
        <div>
          <p className={styles.votes} role="status">
            {ranked.map(([name, count], i) => (
              <span key={name}>
                {i > 0 && ', '}
                <strong>{name}</strong> {count} of {predictions.length}
              </span>
            ))}
          </p>
          <p className="muted">
            {truth !== undefined && (
              <>
                It is labelled <strong>{truth}</strong> in the dataset ·{' '}
              </>
            )}
            {image.width} × {image.height} pixels
          </p>
          <Terms terms={terms} />
        </div>
      </section>
      <div className={styles.answers}>
        {predictions.map((each) => (
          <AnswerCard key={`${each.method.id} ${each.space?.id}`} prediction={each} truth={truth} />
        ))}
      </div>
    </>
  )
}

/** The class of an image in the dataset; undefined if it is not in the dataset. */
function useLabel(dataset: string, image: string): string | undefined {
  const [{ data }] = useQuery({
    query: ImageLabelDocument,
    variables: { dataset, image },
    requestPolicy: 'cache-first',
  })
  return data?.dataset?.labelOf?.name
}
