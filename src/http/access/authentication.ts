import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import { type Access, createKeyring } from './keys.js'
import { createSessions, sessionCookie } from './sessions.js'
import { sendSignInPage } from './sign-in-page.js'

export interface Authentication {
  /** Whether a key is needed at all. */
  readonly required: boolean
  /**
   * What a request may do, by the key in its `Authorization: Bearer` header, by its session's cookie, or by `authorization`
   * among the parameters of a WebSocket connection. Throws UNAUTHENTICATED.
   */
  authenticate(headers: IncomingHttpHeaders, parameters?: Readonly<Record<string, unknown>>): Access
  /** Begins a browser's session and returns the cookie's value; nothing for a key that is none of ours. */
  signIn(key: string): string | undefined
  signOut(headers: IncomingHttpHeaders): void
}

/** Who may do what, by the setting `apiKeys`; without keys, everybody may do everything. */
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
    // Whoever shows a key means that key, whatever cookie the browser adds.
    const access = key === undefined ? secret && sessions.accessOf(secret) : keyring.accessOf(key)
    if (!access) throw errors.unauthenticated({})
    return access
  }

  return {
    required,
    authenticate,
    signIn(key) {
      const access = keyring.accessOf(key)
      return access && sessions.begin(access)
    },
    signOut(headers) {
      const secret = sessionOf(headers)
      if (secret !== undefined) sessions.end(secret)
    },
  }
}

/** Lets nobody past who may not even read. Browsers are shown where to enter a key. */
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
