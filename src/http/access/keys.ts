import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `read` allows queries and subscriptions; `write` allows mutations as well. */
export type Access = 'read' | 'write'

export interface Keyring {
  /** The access that a key gives; undefined if the key is not valid. */
  accessOf(key: string): Access | undefined
}

/**
 * The keys of the setting `apiKeys`, whose entries are `read:` or `write:` and the SHA-256 of a key. Keys are 32 random
 * bytes, which nobody can guess, so a fast hash is enough.
 */
export function createKeyring(entries: readonly string[]): Keyring {
  const known = entries.map((entry) => {
    const [access, hash] = entry.split(':')
    return { access: access === 'write' ? 'write' : 'read', hash: Buffer.from(hash ?? '', 'hex') } as const
  })
  return {
    accessOf(key) {
      const hash = sha256(key)
      // Compares every entry, so that the time does not depend on which one matches.
      const matches = known.filter((each) => timingSafeEqual(each.hash, hash))
      return matches.find(({ access }) => access === 'write')?.access ?? matches[0]?.access
    },
  }
}

/** Creates a key and its entry for the setting `apiKeys`. The key itself is not stored anywhere. */
export function createKey(access: Access): { readonly key: string; readonly entry: string } {
  const key = `shotboard_${randomBytes(32).toString('base64url')}`
  return { key, entry: `${access}:${sha256(key).toString('hex')}` }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
