import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'

/** The IDE for browsers that open the endpoint; it is one page, made by the build, that needs no network. */
export function serveIde(): RequestHandler {
  const page = fileURLToPath(new URL('../../../dist/ide.html', import.meta.url))
  return (request, response, next) => {
    const wantsPage = request.query.query === undefined && request.accepts(['json', 'html']) === 'html'
    if (wantsPage) response.sendFile(page)
    else next()
  }
}
