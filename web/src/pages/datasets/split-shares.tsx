import type { Problem } from '../../api/problem'
import { FieldProblems, TextField } from '../../components/field'
import { fixed } from '../../design/format'
import styles from './datasets.module.css'

/** In percent. */
export interface Shares {
  readonly supportPool: number
  readonly validation: number
  readonly test: number
}

export const defaultShares: Shares = { supportPool: 50, validation: 20, test: 30 }

const names: readonly { readonly key: keyof Shares; readonly label: string }[] = [
  { key: 'supportPool', label: 'Support pool %' },
  { key: 'validation', label: 'Validation %' },
  { key: 'test', label: 'Test %' },
]

/** In the unit of the fields; the service speaks of fractions. */
const sumProblem = (sum: number): Problem => ({
  message: `Together they are ${fixed(sum, Number.isInteger(sum) ? 0 : 1)} %. They must be 100 %.`,
  code: 'INVALID_VALUE',
  argument: 'input.splitRule',
})

/** The split shares for images without splits. Each class is split separately. */
export function SplitShares({
  shares,
  problems,
  onChange,
}: {
  readonly shares: Shares
  readonly problems: readonly Problem[]
  readonly onChange: (shares: Shares) => void
}) {
  const sum = shares.supportPool + shares.validation + shares.test
  return (
    <fieldset className={styles.shares}>
      <legend>Split of images without splits</legend>
      <div className={styles.three}>
        {names.map(({ key, label }) => (
          <TextField
            key={key}
            label={label}
            type="number"
            min={0}
            max={100}
            value={shares[key]}
            onChange={(event) => onChange({ ...shares, [key]: event.currentTarget.valueAsNumber || 0 })}
          />
        ))}
      </div>
      <FieldProblems problems={sum === 100 ? problems : [sumProblem(sum)]} />
    </fieldset>
  )
}
