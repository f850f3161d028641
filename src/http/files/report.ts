import type { RequestHandler } from 'express'
import type { Library } from '../../library/index.js'
import { reportPolicy } from '../../report/page.js'
import { reportOn } from '../../report/report.js'

/** The report on a comparison, a page that loads and runs nothing. */
export const serveReport =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = await reportOn(library, id)
    response.set({
      'Content-Type': 'text/html; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': reportPolicy,
      'Cache-Control': 'no-store',
    })
    response.send(text)
  }
