import styles from './try.module.css'

/** Terms have colours of their own within an explanation; those of plugins take what is left. */
const colors: Readonly<Record<string, string>> = {
  'zero-shot': 'var(--method-zero-shot)',
  cache: 'var(--method-tip-adapter)',
  kl: 'var(--method-tip-x-plus)',
  prototype: 'var(--method-prototype)',
  gda: 'var(--method-gda)',
  score: 'var(--method-tip-adapter-plus)',
}
const others = ['var(--method-other-2)', 'var(--method-tip-x)', 'var(--method-other-1)']

export const termColor = (term: string, terms: readonly string[]): string =>
  colors[term] ??
  others[terms.filter((each) => !(each in colors)).indexOf(term) % others.length] ??
  'currentColor'

export function Terms({ terms }: { readonly terms: readonly string[] }) {
  return (
    <ul className={styles.terms} aria-label="Terms">
      {terms.map((term) => (
        <li key={term}>
          <span className={styles.swatch} style={{ background: termColor(term, terms) }} />
          {term}
        </li>
      ))}
    </ul>
  )
}
