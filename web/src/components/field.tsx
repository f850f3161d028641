import { type ComponentProps, type ReactNode, useId } from 'react'
import type { Problem } from '../api/problem'
import styles from './field.module.css'

interface FieldProperties {
  readonly label: string
  readonly hint?: ReactNode
  readonly problems?: readonly Problem[]
}

/** A form control with its label, a hint, and its problems. */
function Field({
  label,
  hint,
  problems = [],
  children,
}: FieldProperties & {
  readonly children: (ids: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode
}) {
  const id = useId()
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-hint`, 'aria-invalid': problems.length > 0 })}
      <div id={`${id}-hint`} className={styles.below}>
        {hint !== undefined && <p className={styles.hint}>{hint}</p>}
        <FieldProblems problems={problems} />
      </div>
    </div>
  )
}

/** The problems of one argument. */
export function FieldProblems({ problems }: { readonly problems: readonly Problem[] }) {
  return problems.map(({ message }) => (
    <p key={message} role="alert" className={styles.problem}>
      {message}
    </p>
  ))
}

type Input = Omit<ComponentProps<'input'>, 'id' | 'className'>

export function TextField({ label, hint, problems, ...input }: FieldProperties & Input) {
  return (
    <Field label={label} {...defined({ hint, problems })}>
      {(ids) => <input type="text" autoComplete="off" {...input} {...ids} className={styles.control} />}
    </Field>
  )
}

export function TextArea({
  label,
  hint,
  problems,
  ...textarea
}: FieldProperties & Omit<ComponentProps<'textarea'>, 'id' | 'className'>) {
  return (
    <Field label={label} {...defined({ hint, problems })}>
      {(ids) => <textarea {...textarea} {...ids} className={`${styles.control} ${styles.area}`} />}
    </Field>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
}

/** A choice of one among many values, with the browser's native list. */
export function SelectField({
  label,
  hint,
  problems,
  value,
  options,
  inline = false,
  onChange,
}: FieldProperties & {
  readonly value: string
  readonly options: readonly Option[]
  /** Whether to show a small label in front. */
  readonly inline?: boolean
  readonly onChange: (value: string) => void
}) {
  const select = (ids: { readonly id: string }) => (
    <select
      {...ids}
      className={`${styles.control} ${styles.select}`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
  const id = useId()
  if (inline) {
    return (
      <div className={styles.inline}>
        <label htmlFor={id}>{label}</label>
        {select({ id })}
      </div>
    )
  }
  return (
    <Field label={label} {...defined({ hint, problems })}>
      {select}
    </Field>
  )
}

/** Removes undefined values, because of exactOptionalPropertyTypes. */
function defined({ hint, problems }: { hint: ReactNode; problems: readonly Problem[] | undefined }) {
  return { ...(hint !== undefined && { hint }), ...(problems && { problems }) }
}

export function Checkbox({
  label,
  hideLabel = false,
  ...input
}: { readonly label: string; readonly hideLabel?: boolean } & Input) {
  return (
    <label className={styles.checkbox}>
      <input type="checkbox" {...input} />
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  )
}
