import { useId } from 'react'
import type { Problem } from '../api/problem'
import { FieldProblems } from './field'
import styles from './radio-field.module.css'

export interface RadioOption<T extends string> {
  readonly value: T
  readonly label: string
  /** What the choice means. */
  readonly explanation: string
  /** A few words beside the label. */
  readonly note?: string
  readonly disabled?: boolean
}

/** A choice of one among a few values that each need a sentence. */
export function RadioField<T extends string>({
  label,
  hint,
  value,
  options,
  problems = [],
  onChange,
}: {
  readonly label: string
  readonly hint?: string
  readonly value: T
  readonly options: readonly RadioOption<T>[]
  readonly problems?: readonly Problem[]
  readonly onChange: (value: T) => void
}) {
  const id = useId()
  return (
    <fieldset className={styles.field}>
      <legend className={styles.label}>
        {label}
        {hint !== undefined && <span className={styles.hint}> {hint}</span>}
      </legend>
      <div className={styles.options}>
        {options.map((option) => (
          <label key={option.value} className={styles.option}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled ?? false}
              aria-labelledby={`${id}-${option.value}`}
              aria-describedby={`${id}-${option.value}-explanation`}
              onChange={() => onChange(option.value)}
            />
            <span>
              <span id={`${id}-${option.value}`} className={styles.name}>
                {option.label}
              </span>
              {option.note !== undefined && <span className={styles.hint}> · {option.note}</span>}
              <span id={`${id}-${option.value}-explanation`} className={styles.explanation}>
                {option.explanation}
              </span>
            </span>
          </label>
        ))}
      </div>
      <FieldProblems problems={problems} />
    </fieldset>
  )
}
