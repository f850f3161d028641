import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `read` allows queries and subscriptions; `write` allows mutations as well. */
export type Access = 'read' | 'write'

/** What a valid key opens. */
export interface Grant {
  readonly access: Access
  /** The key's SHA-256, which tells clients apart. */
  readonly keyHash: string
}

export interface Keyring {
  /** What a key opens; undefined if the key is not valid. */
  grantOf(key: string): Grant | undefined
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
    grantOf(key) {
      const hash = sha256(key)
      // Compares every entry, so that the time does not depend on which one matches.
      const matches = known.filter((each) => timingSafeEqual(each.hash, hash))
      const best = matches.find(({ access }) => access === 'write') ?? matches[0]
      return best && { access: best.access, keyHash: hash.toString('hex') }
    },
  }
}

/** Creates a key and its entry for the setting `apiKeys`. The key itself is not stored anywhere. */
export function createKey(access: Access): { readonly key: string; readonly entry: string } {
  const key = `shotboard_${randomBytes(32).toString('base64url')}`
  return { key, entry: `${access}:${sha256(key).toString('hex')}` }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
