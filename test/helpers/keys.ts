import { createKey } from '../../src/http/access/keys.js'

/** A key of each kind, and the setting that lets them in. */
export function makeKeys() {
  const [read, write] = [createKey('read'), createKey('write')]
  return { read: read.key, write: write.key, setting: `${read.entry},${write.entry}` }
}

export const authorization = (key: string) => ({ authorization: `Bearer ${key}` })
