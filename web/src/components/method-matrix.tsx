import type { MethodChoiceOption, SpaceOption } from '../api/use-choices'
import { Checkbox } from './field'
import styles from './method-matrix.module.css'
import { SeriesMark } from './series-mark'

/** The key of a choice: `tip-adapter@whitened`, or `zero-shot` without a space. */
export type ChoiceKey = string

export const choiceKey = (method: string, space: string | null): ChoiceKey =>
  space === null ? method : `${method}@${space}`

/** Converts a key to the API's input. */
export function choiceOf(key: ChoiceKey): { readonly method: string; readonly space?: string } {
  const [method = '', space] = key.split('@')
  return space === undefined ? { method } : { method, space }
}

/** Every method in its default space, if the encoder has that space. */
export const ownChoices = (
  methods: readonly MethodChoiceOption[],
  spaces: readonly SpaceOption[],
): ChoiceKey[] =>
  methods
    .filter(({ space }) => !space || spaces.some(({ id }) => id === space.id))
    .map(({ id, space }) => choiceKey(id, space?.id ?? null))

/** A matrix of methods (rows) and spaces (columns). Each checked cell is one entry of a comparison. */
export function MethodMatrix({
  methods,
  spaces,
  chosen,
  onChange,
}: {
  readonly methods: readonly MethodChoiceOption[]
  readonly spaces: readonly SpaceOption[]
  readonly chosen: ReadonlySet<ChoiceKey>
  readonly onChange: (chosen: ReadonlySet<ChoiceKey>) => void
}) {
  const toggle = (key: ChoiceKey) => {
    const next = new Set(chosen)
    if (!next.delete(key)) next.add(key)
    onChange(next)
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable areas must be reachable with the keyboard.
    <section className={styles.scroll} aria-label="Methods and spaces" tabIndex={0}>
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">Method</th>
            {spaces.map(({ id, name, summary }) => (
              <th key={id} scope="col" title={`${name}. ${summary}`}>
                {id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {methods.map(({ id, name, summary, space }) => (
            <tr key={id}>
              <th scope="row" title={summary}>
                <span className={styles.name}>
                  <SeriesMark method={id} space={space?.id ?? null} />
                  {name}
                </span>
              </th>
              {space ? (
                spaces.map((each) => (
                  <td key={each.id} data-own={each.id === space.id || undefined}>
                    <Checkbox
                      hideLabel
                      label={`${name} in ${each.id}`}
                      checked={chosen.has(choiceKey(id, each.id))}
                      onChange={() => toggle(choiceKey(id, each.id))}
                    />
                  </td>
                ))
              ) : (
                <td colSpan={Math.max(1, spaces.length)} className={styles.spaceless}>
                  <Checkbox
                    label="does not compare images, so it needs no space"
                    aria-label={`${name}, which needs no space`}
                    checked={chosen.has(id)}
                    onChange={() => toggle(id)}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
