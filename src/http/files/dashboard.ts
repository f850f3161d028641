import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import expressStaticGzip from 'express-static-gzip'
import { pageHeaders } from './page-headers.js'

/**
 * Serves the dashboard: static files that the build has compressed. A browser gets the dashboard's page at every path that
 * no other handler answers; its script routes by path. Files in `assets/` have a hash of their content in their name, so
 * browsers may cache them forever.
 */
export function serveDashboard(
  folder = fileURLToPath(new URL('../../../dist/web', import.meta.url)),
): RequestHandler {
  // WebAssembly runs exported classifiers. The map of images is laid out in a worker.
  const headers = pageHeaders({ scripts: ["'self'", "'wasm-unsafe-eval'"], workers: ["'self'"] })
  const serve = expressStaticGzip(folder, {
    enableBrotli: true,
    orderPreference: ['br'],
    serveStatic: {
      redirect: false,
      setHeaders(response, path) {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        const hashed = relative(folder, path).startsWith(`assets${sep}`)
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    },
  })
  return (request, response, next) => {
    // Later handlers send uncompressed responses.
    const passOn = (error?: unknown) => {
      response.removeHeader('Content-Encoding')
      next(error)
    }
    serve(request, response, (error?: unknown) => {
      const isPage =
        (request.method === 'GET' || request.method === 'HEAD') &&
        request.accepts(['json', 'html']) === 'html'
      if (error !== undefined || !isPage || request.path.startsWith('/assets/')) return passOn(error)
      request.url = '/index.html'
      serve(request, response, passOn)
    })
  }
}
