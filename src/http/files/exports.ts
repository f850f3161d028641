import type { RequestHandler, Response } from 'express'
import { formatComparisonCsv, type Library } from '../../library/index.js'
import { stringifyInParts } from '../../system/stringify-in-parts.js'

/** Serves a comparison as JSON, in the format `shotboard-comparison`. */
export const serveComparisonJson =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = await jsonOf(await library.documentComparison(id))
    send(response, text, { type: 'application/json; charset=utf-8', file: `comparison-${id}.json` })
  }

/** Serves a comparison as CSV, with one line for each run. */
export const serveComparisonCsv =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = formatComparisonCsv(await library.documentComparison(id))
    send(response, text, { type: 'text/csv; charset=utf-8', file: `comparison-${id}.csv` })
  }

/** Serves the manifest of a dataset, as JSON in the format `shotboard-dataset`. */
export const serveDatasetManifest =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const text = await jsonOf(await library.datasets.manifest(id))
    send(response, text, { type: 'application/json; charset=utf-8', file: `dataset-${id}.json` })
  }

/** Serves an encoded support set as safetensors. */
export const serveSupportSet =
  (library: Library): RequestHandler<{ id: string }> =>
  async ({ params: { id } }, response) => {
    const content = Buffer.from(await library.supportSets.file(id))
    send(response, content, { type: 'application/octet-stream', file: `support-set-${id}.safetensors` })
  }

/** Indented JSON. It is made and encoded in parts, so that a large one holds up nobody. */
async function jsonOf(value: unknown): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stringifyInParts(value, 2)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

function send(
  response: Response,
  text: string | Buffer,
  { type, file }: { type: string; file: string },
): void {
  response.attachment(file).set({
    'Content-Type': type,
    'Cache-Control': 'no-store',
  })
  response.send(text)
}
