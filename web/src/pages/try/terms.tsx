import { cssColor } from '../../design/style-of'
import styles from './try.module.css'
import type { MethodPrediction } from './use-prediction'

export type Term = MethodPrediction['method']['terms'][number]

/** The colours of terms in explanations. */
export function Terms({ terms }: { readonly terms: readonly Term[] }) {
  return (
    <ul className={styles.terms} aria-label="Terms">
      {terms.map(({ name, color }) => (
        <li key={name}>
          <span className={styles.swatch} style={{ background: cssColor(color) }} />
          {name}
        </li>
      ))}
    </ul>
  )
}
