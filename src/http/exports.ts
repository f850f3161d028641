import type { RequestHandler, Response } from 'express'
import { formatComparisonCsv } from '../library/comparison-csv.js'
import type { Library } from '../library/library.js'

/** A comparison as JSON, in the format `shotboard-comparison`. */
export const serveComparisonJson =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = JSON.stringify(await library.documentComparison(id), null, 2)
    send(response, text, { type: 'application/json', file: `comparison-${id}.json` })
  }

/** A comparison as CSV, a line for each run. */
export const serveComparisonCsv =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = formatComparisonCsv(await library.documentComparison(id))
    send(response, text, { type: 'text/csv', file: `comparison-${id}.csv` })
  }

function send(response: Response, text: string, { type, file }: { type: string; file: string }): void {
  response.attachment(file).set({
    'Content-Type': `${type}; charset=utf-8`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  })
  response.send(text)
}
