import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'

/** Serves the GraphQL IDE to browsers. It is a single page from the build and loads nothing from other hosts. */
export function serveIde(): RequestHandler {
  const page = fileURLToPath(new URL('../../../dist/ide.html', import.meta.url))
  return (request, response, next) => {
    const wantsPage = request.query.query === undefined && request.accepts(['json', 'html']) === 'html'
    if (wantsPage) response.sendFile(page)
    else next()
  }
}
