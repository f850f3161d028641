import type { RequestHandler } from 'express'
import type { Library } from '../../library/index.js'

/** Serves the safetensors file of an added adapter. */
export function serveAdapter(library: Library): RequestHandler<{ encoder: string; name: string }> {
  return async (request, response) => {
    const { encoder, name } = request.params
    const { file, sha256 } = await library.adapters.find(encoder, name)
    response.set({
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${name}.safetensors"`,
      ETag: `"${sha256}"`,
    })
    response.sendFile(file, { etag: false, lastModified: false, dotfiles: 'allow' })
  }
}
