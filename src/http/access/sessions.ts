import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Access } from './keys.js'

/** Sessions of browsers: pages and images cannot send a header with every request, but they can send a cookie. */
export interface Sessions {
  /** Starts a session and returns its secret. */
  start(access: Access): string
  accessOf(secret: string): Access | undefined
  end(secret: string): void
}

export const sessionCookie = 'shotboard_session'
export const sessionMs = 12 * 60 * 60 * 1000
const maxSessions = 10_000

/** Sessions live in memory: after a restart, browsers sign in again. */
export function createSessions(): Sessions {
  const sessions = new LRUCache<string, Access>({ max: maxSessions, ttl: sessionMs })
  // Looks up a hash, so that the time of a look-up does not reveal a secret.
  const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
  return {
    start(access) {
      const secret = randomBytes(32).toString('base64url')
      sessions.set(hashOf(secret), access)
      return secret
    },
    accessOf: (secret) => sessions.get(hashOf(secret)),
    end: (secret) => {
      sessions.delete(hashOf(secret))
    },
  }
}
