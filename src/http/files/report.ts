import type { RequestHandler } from 'express'
import type { Library } from '../../library/index.js'
import { reportPolicy } from '../../report/page.js'
import { reportOn } from '../../report/report.js'

/** Serves the report on a comparison: an HTML page without scripts or other files. */
export const serveReport =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = await reportOn(library, id)
    response.set({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `${reportPolicy}; frame-ancestors 'none'`,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    })
    response.send(text)
  }
