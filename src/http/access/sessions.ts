import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Access } from './keys.js'

/** Browsers that have shown a key: pages and images cannot send a header with each request, but a cookie. */
export interface Sessions {
  /** Begins a session and returns its secret. */
  begin(access: Access): string
  accessOf(secret: string): Access | undefined
  end(secret: string): void
}

export const sessionCookie = 'shotboard_session'
export const sessionMs = 12 * 60 * 60 * 1000
const mostSessions = 10_000

/** Sessions live in memory: after a restart, browsers show their key again. */
export function createSessions(): Sessions {
  const sessions = new LRUCache<string, Access>({ max: mostSessions, ttl: sessionMs })
  // Looking for a hash, time says nothing about a secret.
  const nameOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
  return {
    begin(access) {
      const secret = randomBytes(32).toString('base64url')
      sessions.set(nameOf(secret), access)
      return secret
    },
    accessOf: (secret) => sessions.get(nameOf(secret)),
    end: (secret) => {
      sessions.delete(nameOf(secret))
    },
  }
}
