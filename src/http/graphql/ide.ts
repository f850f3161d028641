import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import { pageHeaders } from '../files/page-headers.js'

/** Serves the GraphQL IDE to browsers. It is a single page from the build and loads nothing from other hosts. */
export function serveIde(): RequestHandler {
  const page = fileURLToPath(new URL('../../../dist/ide.html', import.meta.url))
  let headers: Readonly<Record<string, string>> | undefined
  return (request, response, next) => {
    const wantsPage = request.query.query === undefined && request.accepts(['json', 'html']) === 'html'
    if (!wantsPage) return next()
    headers ??= pageHeaders({
      scripts: inlineScripts(readFileSync(page, 'utf8')).map((script) => `'sha256-${sha256(script)}'`),
      // The editor's own threads, and its icons.
      workers: ["'self'", 'blob:'],
      fonts: ["'self'", 'data:'],
    })
    response.set(headers)
    response.sendFile(page)
  }
}

/** The scripts inside the page. The browser runs these and no others. */
const inlineScripts = (html: string): readonly string[] =>
  [...html.matchAll(/<script(?: [^>]*)?>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')
