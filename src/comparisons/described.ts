import { errors } from '../errors.js'
import type { ComparisonRow } from '../store/comparisons.js'

/** What a person says of a comparison. What is left out stays; null takes it away. */
export interface Description {
  readonly name?: string | null | undefined
  readonly notes?: string | null | undefined
}

const maxName = 200
const maxNotes = 10_000

/** The columns for it, without spaces around. Throws INVALID_VALUE for what is too long. */
export function describedOf({ name, notes }: Description): Partial<Pick<ComparisonRow, 'name' | 'notes'>> {
  const named = name?.trim() ?? ''
  const noted = notes?.trim() ?? ''
  requireLength('name', named, maxName)
  requireLength('notes', noted, maxNotes)
  return {
    ...(name !== undefined && { name: named === '' ? null : named }),
    ...(notes !== undefined && { notes: noted }),
  }
}

function requireLength(what: 'name' | 'notes', text: string, max: number): void {
  if (text.length <= max) return
  const reason = `${what} may have ${max.toLocaleString('en')} characters, not ${text.length.toLocaleString('en')}.`
  throw errors.invalidValue({ reason }, what)
}
