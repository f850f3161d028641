import { createHash } from 'node:crypto'
import { stringifyInParts } from './stringify-in-parts.js'

/**
 * A short hash of a JSON value: 32 hexadecimal digits of the SHA-256 of its JSON text. Equal values with their keys in
 * the same order have equal fingerprints.
 */
export const fingerprintOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)

/** The same for values of any size: other work runs in between. */
export async function fingerprintInParts(value: unknown): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of stringifyInParts(value)) hash.update(piece)
  return hash.digest('hex').slice(0, 32)
}
