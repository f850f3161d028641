import { lazily } from './lazily'

interface FormulaProps {
  readonly tex: string
  readonly display?: boolean
}

/** TeX, typeset; the typesetter is loaded when the first formula is shown. */
export const Formula = lazily<FormulaProps>(
  async () => (await import('./typeset')).Typeset,
  ({ tex }) => <code>{tex}</code>,
)
