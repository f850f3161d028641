import { createHash } from 'node:crypto'

/**
 * A short hash of a JSON value: 32 hexadecimal digits of the SHA-256 of its JSON text. Equal values with their keys in
 * the same order have equal fingerprints.
 */
export const fingerprintOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
