import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import { type Access, createKeyring } from './keys.js'
import { createSessions, sessionCookie } from './sessions.js'
import { sendSignInPage } from './sign-in-page.js'

export interface Authentication {
  /** Whether requests need a key. */
  readonly required: boolean
  /**
   * The access of a request, by the key in its `Authorization: Bearer` header, its session cookie, or `authorization` in
   * the parameters of a WebSocket connection. Throws UNAUTHENTICATED.
   */
  authenticate(headers: IncomingHttpHeaders, parameters?: Readonly<Record<string, unknown>>): Access
  /** Starts a browser session and returns the value of its cookie; undefined if the key is not valid. */
  signIn(key: string): string | undefined
  signOut(headers: IncomingHttpHeaders): void
}

/** Authentication by the setting `apiKeys`. Without keys, every request has write access. */
export function createAuthentication({ apiKeys }: { readonly apiKeys: readonly string[] }): Authentication {
  const keyring = createKeyring(apiKeys)
  const sessions = createSessions()
  const required = apiKeys.length > 0

  function authenticate(
    headers: IncomingHttpHeaders,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Access {
    if (!required) return 'write'
    const key = bearer(headers.authorization) ?? bearer(parameters.authorization)
    const secret = sessionOf(headers)
    // A key takes precedence over the cookie that a browser adds.
    const access = key === undefined ? secret && sessions.accessOf(secret) : keyring.accessOf(key)
    if (!access) throw errors.unauthenticated({})
    return access
  }

  return {
    required,
    authenticate,
    signIn(key) {
      const access = keyring.accessOf(key)
      return access && sessions.start(access)
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
