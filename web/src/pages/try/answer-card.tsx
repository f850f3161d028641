import { MethodName } from '../../components/method-name'
import { Thumbnail } from '../../components/thumbnail'
import { duration, fixed } from '../../design/format'
import { Contributions } from './contributions'
import styles from './try.module.css'
import type { MethodPrediction } from './use-prediction'

/** A method's prediction: classes, contributions of its terms, and nearest support images. */
export function AnswerCard({
  prediction: { method, space, top, neighbours, hyperparameters, temperature, milliseconds, error },
  truth,
  encoder,
}: {
  readonly prediction: MethodPrediction
  readonly truth: string | undefined
  /** Its name, where several encoders answer. */
  readonly encoder: string | undefined
}) {
  const [best] = top
  const name = `${method.name}${space ? ` in ${space.id}` : ''}`
  const right = truth === undefined ? undefined : best?.class.name === truth
  return (
    <article className={styles.answer} aria-label={encoder === undefined ? name : `${name} with ${encoder}`}>
      <header className={styles.answerHead}>
        <span>
          <MethodName method={method} space={space} />
          {encoder !== undefined && <span className="muted">with {encoder}</span>}
        </span>
        <span className="muted numeric">{duration(milliseconds)}</span>
      </header>
      {error && <p role="alert">{error.message}</p>}
      {best && (
        <p className={styles.says}>
          <strong>{best.class.name}</strong>
          <span className="numeric">{fixed(100 * best.probability)} %</span>
          {right !== undefined && (
            <span className={right ? styles.right : styles.wrong}>
              {right ? 'matches the label' : `not ${truth}`}
            </span>
          )}
        </p>
      )}
      <Contributions top={top} terms={method.terms} />
      {neighbours.length > 0 && (
        <div>
          <h4 className={styles.small}>Nearest support images</h4>
          <ul className={styles.neighbours}>
            {neighbours.map(({ image, class: label, similarity }) => (
              <li key={image.id} title={label.name}>
                <Thumbnail image={image} alt={label.name} size={44} />
                <span className={styles.neighbourClass}>{label.name}</span>
                <span className="numeric">{fixed(similarity, 2)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className={styles.values}>
        {hyperparameters.length > 0
          ? hyperparameters.map(({ name, value }) => `${name} ${Number(value.toPrecision(4))}`).join(' · ')
          : 'No hyperparameters'}{' '}
        · temperature {Number(temperature.toPrecision(4))}
      </p>
    </article>
  )
}
