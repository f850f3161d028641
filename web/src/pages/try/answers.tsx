import { useClient, useQuery } from 'urql'
import { ImageLabelDocument } from '../../api/generated'
import { localPath } from '../../api/local-path'
import { AnswerCard } from './answer-card'
import { LabelImage } from './label-image'
import { Terms } from './terms'
import styles from './try.module.css'
import type { ImagePrediction, Subject } from './use-prediction'

/** The predictions of all methods for one image. */
export function Answers({
  prediction: { image, inSupportSet, predictions },
  subject,
  dataset,
  testDataset,
  classes,
}: {
  readonly prediction: ImagePrediction
  readonly subject: Subject
  readonly dataset: string
  readonly testDataset: string | undefined
  /** Of the dataset. */
  readonly classes: readonly string[]
}) {
  const own = useLabel(dataset, image.id)
  const test = useLabel(testDataset, image.id)
  const { label } = own
  const testLabel = test.label
  const truth = label ?? testLabel
  const encoders = new Set(predictions.map(({ encoder }) => encoder.id))
  const votes = new Map<string, number>()
  for (const { top } of predictions) {
    const name = top[0]?.class.name
    if (name !== undefined) votes.set(name, (votes.get(name) ?? 0) + 1)
  }
  const ranked = [...votes].sort((a, b) => b[1] - a[1])
  const terms = predictions.flatMap(({ method }) => method.terms)
  return (
    <>
      <section className={styles.subject} aria-label="The image">
        <img
          src={localPath(image.url)}
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
          {inSupportSet && <p>This image is in the support set. It is scored without its own key.</p>}
          {own.known && test.known && (
            <LabelImage
              key={image.id}
              dataset={label === undefined && testLabel !== undefined && testDataset ? testDataset : dataset}
              subject={subject}
              image={image.id}
              current={truth}
              classes={classes}
              likely={ranked.map(([name]) => name)}
              onChanged={() => Promise.all([own.reload(), test.reload()])}
            />
          )}
          <Terms terms={[...new Map(terms.map((term) => [term.name, term])).values()]} />
        </div>
      </section>
      <div className={styles.answers}>
        {predictions.map((each) => (
          <AnswerCard
            key={`${each.encoder.id} ${each.method.id} ${each.space?.id}`}
            prediction={each}
            truth={truth}
            encoder={encoders.size > 1 ? each.encoder.name : undefined}
          />
        ))}
      </div>
    </>
  )
}

interface Label {
  /** Whether the dataset was asked, or there is none to ask. */
  readonly known: boolean
  /** The class of the image in the dataset, undefined if it has none there. */
  readonly label: string | undefined
  /** Asks again. */
  readonly reload: () => Promise<unknown>
}

/** The label of an image in a dataset, and how to ask again. */
function useLabel(dataset: string | undefined, image: string): Label {
  const client = useClient()
  const variables = { dataset: dataset ?? '', image }
  const [{ data, error }] = useQuery({
    query: ImageLabelDocument,
    variables,
    requestPolicy: 'cache-first',
    pause: dataset === undefined,
  })
  const reload = async () => {
    if (dataset !== undefined) {
      await client.query(ImageLabelDocument, variables, { requestPolicy: 'network-only' }).toPromise()
    }
  }
  const known = dataset === undefined || data !== undefined || error !== undefined
  return { known, label: data?.dataset?.labelOf?.name, reload }
}
