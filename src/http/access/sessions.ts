import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Grant } from './keys.js'

/** Sessions of browsers: pages and images cannot send a header with every request, but they can send a cookie. */
export interface Sessions {
  /** Starts a session and returns its secret. */
  start(grant: Grant): string
  /** What the key opens by which the session was started. */
  grantOf(secret: string): Grant | undefined
  end(secret: string): void
}

export const sessionCookie = 'shotboard_session'
export const sessionMs = 12 * 60 * 60 * 1000
const maxSessions = 10_000

/** Sessions live in memory: after a restart, browsers sign in again. */
export function createSessions(): Sessions {
  const sessions = new LRUCache<string, Grant>({ max: maxSessions, ttl: sessionMs })
  // Looks up a hash, so that the time of a look-up does not reveal a secret.
  const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
  return {
    start(grant) {
      const secret = randomBytes(32).toString('base64url')
      sessions.set(hashOf(secret), grant)
      return secret
    },
    grantOf: (secret) => sessions.get(hashOf(secret)),
    end: (secret) => {
      sessions.delete(hashOf(secret))
    },
  }
}
