import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What whoever asks may do: run queries and subscriptions, or mutations as well. */
export type Access = 'read' | 'write'

export interface Keyring {
  /** What a key opens; nothing where it is none of ours. */
  accessOf(key: string): Access | undefined
}

/**
 * The keys of the setting `apiKeys`: `read:` or `write:` and the SHA-256 of a key. A key is random and as long as its
 * hash, so that there is nothing for a slow hash to slow down.
 */
export function createKeyring(entries: readonly string[]): Keyring {
  const known = entries.map((entry) => {
    const [access, hash] = entry.split(':')
    return { access: access === 'write' ? 'write' : 'read', hash: Buffer.from(hash ?? '', 'hex') } as const
  })
  return {
    accessOf(key) {
      const hash = sha256(key)
      // Every entry is looked at, whichever fits: time says nothing about them.
      const fitting = known.filter((each) => timingSafeEqual(each.hash, hash))
      return fitting.find(({ access }) => access === 'write')?.access ?? fitting[0]?.access
    },
  }
}

/** A new key, and the entry of `apiKeys` that lets it in. The key itself is nowhere kept. */
export function createKey(access: Access): { readonly key: string; readonly entry: string } {
  const key = `shotboard_${randomBytes(32).toString('base64url')}`
  return { key, entry: `${access}:${sha256(key).toString('hex')}` }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
