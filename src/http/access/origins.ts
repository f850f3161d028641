import type { IncomingHttpHeaders } from 'node:http'
import cors from 'cors'
import type { RequestHandler } from 'express'
import type { Settings } from '../../settings/settings.js'

/** Allows pages of the origins in the setting `corsOrigins` to use the API. Browsers block all others by default. */
export function allowOrigins({ corsOrigins }: Pick<Settings, 'corsOrigins'>): RequestHandler {
  if (corsOrigins.length === 0) return (_request, _response, next) => next()
  return cors({
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['X-Request-Id'],
    maxAge: 600,
  })
}

/** What browsers say of requests that no other page made. */
const ownSites: ReadonlySet<unknown> = new Set([undefined, 'same-origin', 'none'])

/**
 * Whether a request comes from a page of this service, or not from a page at all. Browsers let any page send forms and
 * open WebSockets, so the server must check their origin itself. They do not tell the origin of a page that gets something and
 * may not read it, but they tell whether it is another.
 */
export function isSameOrigin({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return ownSites.has(site)
  return URL.canParse(origin) && new URL(origin).host === host
}

/** Whether a WebSocket may be opened from the origin of its handshake. */
export const isAllowedOrigin = (
  headers: IncomingHttpHeaders,
  { corsOrigins }: Pick<Settings, 'corsOrigins'>,
): boolean => isSameOrigin(headers) || corsOrigins.includes('*') || corsOrigins.includes(headers.origin ?? '')
