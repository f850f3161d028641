import { ConfusionMap } from './confusion-map'
import styles from './confusion-matrix.module.css'

/** Up to this many classes, numbers fit into the cells. */
export const maxClassesWithNumbers = 16

interface Properties {
  readonly classes: readonly string[]
  readonly confusion: readonly (readonly number[])[]
  /** Called with the true and the predicted class of a cell that is chosen. */
  readonly onPair: (label: string, taken: string) => void
}

/** Counts of test images by true class (rows) and predicted class (columns), in the order of `classes`. */
export function ConfusionMatrix({
  target,
  ...properties
}: Properties & {
  /** The true and the predicted class of a cell to find, where not all can be seen at once. */
  readonly target?: readonly [string, string] | undefined
}) {
  return properties.classes.length <= maxClassesWithNumbers ? (
    <Cells {...properties} />
  ) : (
    <ConfusionMap {...properties} target={target} />
  )
}

const shareOf = (row: readonly number[], value: number): number =>
  value /
  Math.max(
    1,
    row.reduce((sum, each) => sum + each, 0),
  )

function Cells({ classes, confusion, onPair }: Properties) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable areas must be reachable with the keyboard.
    <section className={styles.scroll} aria-label="Confusion matrix" tabIndex={0}>
      <table className={styles.matrix}>
        <caption className="visually-hidden">
          Test images of each class (rows) by predicted class (columns).
        </caption>
        <thead>
          <tr>
            <td className={styles.corner}>true ↓ predicted →</td>
            {classes.map((name) => (
              <th key={name} scope="col">
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, i) => (
            <tr key={classes[i]}>
              <th scope="row">{classes[i]}</th>
              {row.map((value, j) => {
                const share = shareOf(row, value)
                return (
                  <td
                    key={classes[j]}
                    data-strong={share > 0.45 || undefined}
                    style={{
                      background: `color-mix(in oklab, var(--heat-high) ${Math.round(100 * share)}%, var(--heat-low))`,
                    }}
                  >
                    {value === 0 ? (
                      <span className={styles.zero}>0</span>
                    ) : (
                      <button
                        type="button"
                        className={styles.cell}
                        aria-label={`${value}: show the images of ${classes[i]} taken for ${classes[j]}`}
                        onClick={() => onPair(classes[i] ?? '', classes[j] ?? '')}
                      >
                        {value}
                      </button>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
