import type { KeyboardEvent } from 'react'
import { SelectField } from '../components/field'
import styles from './label-keys.module.css'

/** A class with the digit that stands for it. */
export interface ClassKey {
  readonly digit: string
  readonly name: string
}

const digits = [...'123456789']

/**
 * Digits for up to nine classes. If there are more, the most likely ones get them, so that a digit may stand for another class at
 * the next image.
 */
export function classKeysOf(classes: readonly string[], likely: readonly string[]): ClassKey[] {
  const named = classes.length <= digits.length ? classes : [...new Set([...likely, ...classes])]
  return digits.flatMap((digit, i) => {
    const name = named[i]
    return name === undefined ? [] : [{ digit, name }]
  })
}

export interface LabelActions {
  readonly onLabel: (name: string) => void
  /** Further keys: what each does, and its name. */
  readonly others: readonly { readonly key: string; readonly label: string; readonly onPress: () => void }[]
}

/** Handles keys while the focus is inside the element, except in form controls that take text. */
export const pressed =
  (keys: readonly ClassKey[], { onLabel, others }: LabelActions) =>
  (event: KeyboardEvent<HTMLElement>): void => {
    const { target, key, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey) return
    if (target instanceof HTMLElement && target.closest('input, select, textarea')) return
    const found = keys.find(({ digit }) => digit === key)
    const other = others.find((each) => each.key.toLowerCase() === key.toLowerCase())
    if (!found && !other) return
    event.preventDefault()
    if (found) onLabel(found.name)
    else other?.onPress()
  }

/** The keys as buttons, and every other class in a list. */
export function LabelKeys({
  keys,
  classes,
  current,
  onLabel,
  others,
}: LabelActions & {
  readonly keys: readonly ClassKey[]
  readonly classes: readonly string[]
  /** The class that the image has. */
  readonly current?: string | undefined
}) {
  const rest = classes.filter((name) => !keys.some((each) => each.name === name))
  return (
    <div className={styles.keys}>
      {keys.map(({ digit, name }) => (
        <button
          key={digit}
          type="button"
          className={styles.key}
          aria-pressed={name === current}
          aria-keyshortcuts={digit}
          onClick={() => onLabel(name)}
        >
          <kbd>{digit}</kbd> {name}
        </button>
      ))}
      {rest.length > 0 && (
        <SelectField
          inline
          label="Another class"
          value=""
          options={[{ value: '', label: 'Choose…' }, ...rest.map((name) => ({ value: name, label: name }))]}
          onChange={(name) => name !== '' && onLabel(name)}
        />
      )}
      {others.map(({ key, label, onPress }) => (
        <button key={key} type="button" className={styles.other} aria-keyshortcuts={key} onClick={onPress}>
          <kbd>{key}</kbd> {label}
        </button>
      ))}
    </div>
  )
}
