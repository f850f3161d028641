import type { IncomingHttpHeaders } from 'node:http'
import cors from 'cors'
import type { RequestHandler } from 'express'
import type { Settings } from '../../settings/settings.js'

/** Lets pages of the origins that are set use the API; without any, browsers keep all other origins out. */
export function allowOrigins({ corsOrigins }: Pick<Settings, 'corsOrigins'>): RequestHandler {
  if (corsOrigins.length === 0) return (_request, _response, next) => next()
  return cors({
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['X-Request-Id'],
    maxAge: 600,
  })
}

/**
 * Whether a request comes from a page of this service, or from no page at all. Browsers send some requests for any page
 * (forms, WebSockets), and it is the server that must refuse strangers.
 */
export function isSameOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

/** Whether a WebSocket's handshake comes from where one may. */
export const mayConnect = (
  headers: IncomingHttpHeaders,
  { corsOrigins }: Pick<Settings, 'corsOrigins'>,
): boolean => isSameOrigin(headers) || corsOrigins.includes('*') || corsOrigins.includes(headers.origin ?? '')
