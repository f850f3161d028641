import { Formula } from '../../components/formula'
import styles from './methods.module.css'

const symbols: readonly (readonly [string, string])[] = [
  ['T', 'query features, in clip'],
  ['W', 'the text classifier: for each class, the mean of its prompts’ features'],
  ['F', 'support features in clip, the cache’s keys'],
  ['U,\\ G', 'query and support features in the chosen space'],
  ['L', 'one-hot classes of the support images, the cache’s values'],
  ['P', 'unit class means of the support features in the chosen space'],
  ['V,\\ b', 'weights and biases of one normal distribution per class, with a shared covariance'],
  ['s', 'the encoder’s logit scale'],
  ['M', 'divergence between the text distributions of a query and a support image'],
  ['\\varphi', 'rescales to the range of the affinities'],
]

/** The symbols of the formulas. */
export function Symbols() {
  return (
    <details className={styles.symbols}>
      <summary>What the symbols mean</summary>
      <dl>
        {symbols.map(([tex, meaning]) => (
          <div key={tex}>
            <dt>
              <Formula tex={tex} />
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
