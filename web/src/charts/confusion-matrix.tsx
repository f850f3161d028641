import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { useScheme } from '../app/scheme'
import styles from './confusion-matrix.module.css'

/** Up to this many classes, numbers fit into the cells. */
const maxClassesWithNumbers = 16

/** Counts of test images by true class (rows) and predicted class (columns). */
export function ConfusionMatrix(properties: {
  readonly classes: readonly string[]
  readonly confusion: readonly (readonly number[])[]
  /** Called with the true and the predicted class of a cell that is chosen. */
  readonly onPair: (label: string, taken: string) => void
}) {
  return properties.classes.length <= maxClassesWithNumbers ? (
    <Cells {...properties} />
  ) : (
    <Pixels {...properties} />
  )
}

type Properties = Parameters<typeof ConfusionMatrix>[0]

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

/** For many classes: one small square per cell, with a tooltip. The table of confused pairs has the details. */
function Pixels({ classes, confusion, onPair }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [at, setAt] = useState<readonly [number, number]>()
  const scheme = useScheme()
  const side = Math.max(3, Math.floor(560 / classes.length))
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours depend on the scheme.
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const style = getComputedStyle(document.documentElement)
    context.fillStyle = style.getPropertyValue('--heat-low')
    context.fillRect(0, 0, side * classes.length, side * classes.length)
    context.fillStyle = style.getPropertyValue('--heat-high')
    for (const [i, row] of confusion.entries()) {
      for (const [j, value] of row.entries()) {
        context.globalAlpha = shareOf(row, value)
        if (value > 0) context.fillRect(j * side, i * side, side, side)
      }
    }
    context.globalAlpha = 1
  }, [classes, confusion, side, scheme])
  const point = ({ nativeEvent, currentTarget }: PointerEvent<HTMLCanvasElement>) => {
    const cell = currentTarget.clientWidth / classes.length
    setAt([Math.floor(nativeEvent.offsetY / cell), Math.floor(nativeEvent.offsetX / cell)])
  }
  const [i, j] = at ?? [-1, -1]
  return (
    <div>
      <canvas
        ref={canvas}
        className={styles.pixels}
        width={side * classes.length}
        height={side * classes.length}
        role="img"
        aria-label={`Confusion matrix of ${classes.length} classes; the table next to it lists the most confused pairs.`}
        onPointerMove={point}
        onPointerLeave={() => setAt(undefined)}
        onClick={() => {
          const [label, taken] = [classes[i], classes[j]]
          if (label !== undefined && taken !== undefined) onPair(label, taken)
        }}
      />
      <p className={styles.pointed}>
        {classes[i] !== undefined && classes[j] !== undefined
          ? `${classes[i]} predicted as ${classes[j]}: ${confusion[i]?.[j] ?? 0}`
          : 'Rows are true classes, columns are predicted classes. Point at a square for details.'}
      </p>
    </div>
  )
}
