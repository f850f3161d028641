import { lazily } from './lazily'

interface FormulaProps {
  readonly tex: string
  readonly display?: boolean
}

/** Typeset TeX. The typesetter is loaded with the first formula. */
export const Formula = lazily<FormulaProps>(
  async () => (await import('./typeset')).Typeset,
  ({ tex }) => <code>{tex}</code>,
)
