import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import expressStaticGzip from 'express-static-gzip'

/**
 * What a page of the dashboard may do: run its own script, talk to this service, and nothing else. Charts and formulas
 * come with style attributes; images that are not stored are data URLs.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The dashboard: static files, made by the build, compressed already. Every address that a browser opens and nothing else
 * answers is a page of it, told apart by its script. Files whose names hold a hash of their content never change.
 */
export function serveDashboard(
  folder = fileURLToPath(new URL('../../../dist/web', import.meta.url)),
): RequestHandler {
  const serve = expressStaticGzip(folder, {
    enableBrotli: true,
    orderPreference: ['br'],
    serveStatic: {
      redirect: false,
      setHeaders(response, path) {
        response.setHeader('X-Content-Type-Options', 'nosniff')
        response.setHeader('Referrer-Policy', 'no-referrer')
        response.setHeader('Content-Security-Policy', contentSecurityPolicy)
        const hashed = relative(folder, path).startsWith(`assets${sep}`)
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    },
  })
  return (request, response, next) => {
    /** Whoever answers instead of a file does not answer compressed. */
    const giveWay = (error?: unknown) => {
      response.removeHeader('Content-Encoding')
      next(error)
    }
    serve(request, response, (error?: unknown) => {
      const isPage =
        (request.method === 'GET' || request.method === 'HEAD') &&
        request.accepts(['json', 'html']) === 'html'
      if (error !== undefined || !isPage || request.path.startsWith('/assets/')) return giveWay(error)
      request.url = '/index.html'
      serve(request, response, giveWay)
    })
  }
}
