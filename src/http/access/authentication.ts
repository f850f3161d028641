import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import { type Access, createKeyring, type Grant } from './keys.js'
import { createSessions, sessionCookie } from './sessions.js'
import { sendSignInPage } from './sign-in-page.js'

/** What a WebSocket connection was opened with. */
type Parameters = Readonly<Record<string, unknown>>

export interface Authentication {
  /** Whether requests need a key. */
  readonly required: boolean
  /**
   * The access of a request, by the key in its `Authorization: Bearer` header, its session cookie, or `authorization` in
   * the parameters of a WebSocket connection. Throws UNAUTHENTICATED.
   */
  authenticate(headers: IncomingHttpHeaders, parameters?: Parameters): Access
  /** The client that a request counts for: its key, or its address if it has none. */
  clientOf(request: IncomingMessage, parameters?: Parameters): string
  /** Starts a browser session and returns the value of its cookie; undefined if the key is not valid. */
  signIn(key: string): string | undefined
  signOut(headers: IncomingHttpHeaders): void
}

/** Authentication by the setting `apiKeys`. Without keys, every request has write access. */
export function createAuthentication({ apiKeys }: { readonly apiKeys: readonly string[] }): Authentication {
  const keyring = createKeyring(apiKeys)
  const sessions = createSessions()
  const required = apiKeys.length > 0

  function grantOf(headers: IncomingHttpHeaders, parameters: Parameters = {}): Grant | undefined {
    const key = bearer(headers.authorization) ?? bearer(parameters.authorization)
    const secret = sessionOf(headers)
    // A key takes precedence over the cookie that a browser adds.
    if (key !== undefined) return keyring.grantOf(key)
    return secret === undefined ? undefined : sessions.grantOf(secret)
  }

  return {
    required,
    authenticate(headers, parameters) {
      if (!required) return 'write'
      const grant = grantOf(headers, parameters)
      if (!grant) throw errors.unauthenticated({})
      return grant.access
    },
    clientOf: ({ headers, socket }, parameters) =>
      grantOf(headers, parameters)?.keyHash ?? String(socket.remoteAddress),
    signIn(key) {
      const grant = keyring.grantOf(key)
      return grant && sessions.start(grant)
    },
    signOut(headers) {
      const secret = sessionOf(headers)
      if (secret !== undefined) sessions.end(secret)
    },
  }
}

/** Refuses requests without access. Browsers get the sign-in page. */
export function requireKey({ authenticate }: Authentication): RequestHandler {
  return (request, response, next) => {
    try {
      authenticate(request.headers)
      next()
    } catch (error) {
      const wantsPage = request.method === 'GET' && request.accepts(['json', 'html']) === 'html'
      if (wantsPage) sendSignInPage(response)
      else next(error)
    }
  }
}

const bearer = (header: unknown): string | undefined =>
  typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined

const sessionOf = ({ cookie }: IncomingHttpHeaders): string | undefined =>
  new RegExp(`(?:^|; *)${sessionCookie}=([\\w-]+)`).exec(cookie ?? '')?.[1]
