import type { RequestHandler, Response } from 'express'
import { formatComparisonCsv, type Library } from '../../library/index.js'

/** Serves a comparison as JSON, in the format `shotboard-comparison`. */
export const serveComparisonJson =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = JSON.stringify(await library.documentComparison(id), null, 2)
    send(response, text, { type: 'application/json', file: `comparison-${id}.json` })
  }

/** Serves a comparison as CSV, with one line for each run. */
export const serveComparisonCsv =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = formatComparisonCsv(await library.documentComparison(id))
    send(response, text, { type: 'text/csv', file: `comparison-${id}.csv` })
  }

/** Serves the manifest of a dataset, as JSON in the format `shotboard-dataset`. */
export const serveDatasetManifest =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = JSON.stringify(await library.datasets.manifest(id), null, 2)
    send(response, text, { type: 'application/json', file: `dataset-${id}.json` })
  }

/** Serves an encoded support set as safetensors. */
export const serveSupportSet =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const content = Buffer.from(await library.supportSets.file(id))
    send(response, content, { type: 'application/octet-stream', file: `support-set-${id}.safetensors` })
  }

function send(
  response: Response,
  text: string | Buffer,
  { type, file }: { type: string; file: string },
): void {
  response.attachment(file).set({
    'Content-Type': typeof text === 'string' ? `${type}; charset=utf-8` : type,
    'Cache-Control': 'no-store',
  })
  response.send(text)
}
