import type { MethodsQuery } from '../../api/generated'
import { Formula } from '../../components/formula'
import { SeriesMark } from '../../components/series-mark'
import styles from './methods.module.css'
import { Origin } from './origin'
import { PaperLink } from './paper-link'

type Method = MethodsQuery['methods'][number]

export function MethodCard({ method }: { readonly method: Method }) {
  const { id, name, summary, formula, plugin, paper, space, terms, hyperparameters } = method
  return (
    <article id={id} className={styles.card} aria-labelledby={`${id}-name`}>
      <header className={styles.head}>
        <h3 id={`${id}-name`}>
          <SeriesMark method={id} space={space?.id ?? null} />
          <a href={`#${id}`}>{name}</a>
        </h3>
        <Origin plugin={plugin} />
      </header>
      <p>{summary}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long formula scrolls, and must with the keyboard as well. */}
      <section className={styles.formula} aria-label={`Formula of ${name}`} tabIndex={0}>
        <Formula display tex={String.raw`\mathrm{logits} = ${formula}`} />
      </section>
      <dl className={styles.terms}>
        {terms.map((term) => (
          <div key={term.name}>
            <dt>
              {term.name}
              {term.weight !== null && <span className="muted"> · weighted by {term.weight}</span>}
            </dt>
            <dd>{term.summary}</dd>
          </div>
        ))}
      </dl>
      {hyperparameters.length > 0 && <Hyperparameters hyperparameters={hyperparameters} />}
      <footer className={styles.foot}>
        <span>{space ? `Compares images in ${space.id} by default` : 'Does not compare images'}</span>
        <PaperLink paper={paper} />
      </footer>
    </article>
  )
}

function Hyperparameters({ hyperparameters }: Pick<Method, 'hyperparameters'>) {
  return (
    <table className={styles.hyperparameters}>
      <thead>
        <tr>
          <th scope="col">Hyperparameter</th>
          <th scope="col">Range</th>
          <th scope="col">Steps</th>
          <th scope="col">Default</th>
        </tr>
      </thead>
      <tbody>
        {hyperparameters.map(({ name, symbol, kind, min, max, steps, default: standard, summary }) => (
          <tr key={name}>
            <th scope="row">
              <Formula tex={symbol} /> <span title={summary}>{name}</span>{' '}
              <span className="muted">{kind === 'WEIGHT' ? 'weight' : 'shape'}</span>
            </th>
            <td>
              {min} to {max}
            </td>
            <td>{steps}</td>
            <td>{standard}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
