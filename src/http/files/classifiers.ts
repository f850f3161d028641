import type { RequestHandler } from 'express'
import { pack } from 'tar-stream'
import { z } from 'zod'
import { errors } from '../../errors.js'
import { type ExportOptions, exportLayouts, type Library, precisions } from '../../library/index.js'

const querySchema = z.strictObject({
  layout: z.enum(exportLayouts).optional(),
  precision: z.enum(precisions).optional(),
  headOnly: z.enum(['true', 'false']).optional(),
  version: z.coerce.number().int().positive().optional(),
})

/** Serves a classifier's export as a .tar of its files. Its query has the options `layout`, `precision`, `headOnly`, `version`. */
export const serveClassifier =
  (library: Library): RequestHandler<{ name: string }> =>
  async ({ params, query }, response) => {
    const { name, files } = await library.classifiers.exported(params.name, optionsOf(query))
    response.attachment(`${name}.tar`).set(headers('application/x-tar'))
    const tar = pack()
    tar.on('error', (error) => response.destroy(error))
    response.on('close', () => tar.destroy())
    tar.pipe(response)
    for (const [path, content] of files) tar.entry({ name: `${name}/${path}` }, Buffer.from(content))
    tar.finalize()
  }

/** Serves the ONNX model of a classifier's export alone. */
export const serveClassifierModel =
  (library: Library): RequestHandler<{ name: string }> =>
  async ({ params, query }, response) => {
    const { name, files } = await library.classifiers.exported(params.name, {
      ...optionsOf(query),
      layout: 'files',
    })
    response.attachment(`${name}.onnx`).set(headers('application/octet-stream'))
    response.send(Buffer.from(files.get('model.onnx') ?? ''))
  }

const headers = (type: string) => ({
  'Content-Type': type,
  'Cache-Control': 'no-store',
})

/** Throws INVALID_VALUE. */
function optionsOf(query: unknown): ExportOptions & { readonly version?: number } {
  const parsed = querySchema.safeParse(query)
  if (!parsed.success) {
    const reason = `The address has options that are not known: ${z.prettifyError(parsed.error)}`
    throw errors.invalidValue({ reason })
  }
  const { layout, precision, headOnly, version } = parsed.data
  return {
    headOnly: headOnly === 'true',
    ...(layout && { layout }),
    ...(precision && { precision }),
    ...(version !== undefined && { version }),
  }
}
