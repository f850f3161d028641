import type { MethodsQuery } from '../../api/generated'
import { Formula } from '../../components/formula'
import { SeriesMark } from '../../components/series-mark'
import styles from './methods.module.css'
import { Origin } from './origin'
import { PaperLink } from './paper-link'

type Space = MethodsQuery['featureSpaces'][number]

export function SpaceCard({ space }: { readonly space: Space }) {
  const { id, name, summary, formula, plugin, trained, fittedOnSupport, paper } = space
  const making = trained
    ? 'Trained once, on generic images'
    : fittedOnSupport
      ? 'Fitted on the support set'
      : 'Uses the features unchanged'
  return (
    <article id={`space-${id}`} className={styles.card} aria-labelledby={`space-${id}-name`}>
      <header className={styles.head}>
        <h3 id={`space-${id}-name`}>
          <span className={styles.spaceMark}>
            <SeriesMark method="" space={id} />
          </span>
          <a href={`#space-${id}`}>{name}</a>
          <code>{id}</code>
        </h3>
        <Origin plugin={plugin} />
      </header>
      <p>{summary}</p>
      {formula !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long formula must scroll with the keyboard.
        <section className={styles.formula} aria-label={`Formula of ${name}`} tabIndex={0}>
          <Formula display tex={formula} />
        </section>
      )}
      <footer className={styles.foot}>
        <span>{making}</span>
        <PaperLink paper={paper} />
      </footer>
    </article>
  )
}
