import { errors } from '../../errors.js'
import type { RejectedFileRow } from '../../library/index.js'

/** The first so many files. Throws INVALID_VALUE if there cannot be so many. */
export function firstRejected(files: readonly RejectedFileRow[], first: number): readonly RejectedFileRow[] {
  if (first >= 0) return files.slice(0, first)
  throw errors.invalidValue({ reason: `first must be at least 0, not ${first}.` }, 'first')
}
