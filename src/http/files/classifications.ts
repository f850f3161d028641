import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import type { Library } from '../../library/index.js'

const types = { CSV: 'text/csv; charset=utf-8', PARQUET: 'application/vnd.apache.parquet' } as const

/** Serves a file of a classification of a dataset: `part-NUMBER.csv` or `part-NUMBER.parquet`. */
export const serveClassificationPart =
  (library: Library): RequestHandler<{ id: string; file: string }> =>
  async ({ params: { id, file }, path }, response) => {
    const number = /^part-(\d{5,9})\.[a-z]+$/.exec(file)?.[1]
    if (number === undefined) throw errors.notFound({ path })
    const { name, format, content } = await library.datasetClassifications.file(id, Number(number))
    if (name !== file) throw errors.notFound({ path })
    response.attachment(name).set({ 'Content-Type': types[format], 'Cache-Control': 'no-store' })
    response.send(Buffer.from(content))
  }
