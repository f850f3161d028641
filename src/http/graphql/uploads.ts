import type { Request, RequestHandler } from 'express'
import graphqlUploadExpress from 'graphql-upload/graphqlUploadExpress.mjs'
import processRequest, { type ProcessRequestFunction } from 'graphql-upload/processRequest.mjs'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'

const megabyte = 2 ** 20

/**
 * Parses multipart requests, by the GraphQL multipart request specification. A request that imports an archive may be
 * larger than others by the size of an archive.
 */
export function acceptUploads(settings: Settings): RequestHandler[] {
  const { maxRequestMegabytes, maxArchiveMegabytes, maxFilesPerRequest } = settings
  return [
    requirePreflight,
    limitMultipart(maxRequestMegabytes + maxArchiveMegabytes),
    graphqlUploadExpress({
      // One megabyte more, so that the import can report an archive that is too large.
      maxFileSize: (Math.max(maxRequestMegabytes, maxArchiveMegabytes) + 1) * megabyte,
      maxFiles: maxFilesPerRequest,
      maxFieldSize: maxRequestMegabytes * megabyte,
      processRequest: limitFileCount(maxFilesPerRequest),
    }),
    limitOthers(maxRequestMegabytes),
  ]
}

/**
 * Requires a header that browsers send only after a preflight request. Without it, a form on any page could send a
 * multipart request with this service's cookies. Apollo Server checks this too, but only after reading the files.
 */
const requirePreflight: RequestHandler = (request, _response, next) => {
  const header = request.get('apollo-require-preflight') ?? request.get('x-apollo-operation-name')
  next(isMultipart(request) && !header ? errors.forgedRequest({}) : undefined)
}

/** Refuses a multipart request by its total size before reading it; the parser limits only single files. */
function limitMultipart(megabytes: number): RequestHandler {
  return (request, _response, next) => {
    if (!isMultipart(request)) next()
    else if (request.get('content-length') === undefined) next(errors.lengthRequired({}))
    else if (lengthOf(request) > megabytes * megabyte) next(errors.requestTooLarge({ megabytes }))
    else next()
  }
}

/** Refuses a large request that does not import an archive, once its operations are known, and discards its files. */
function limitOthers(megabytes: number): RequestHandler {
  return (request, _response, next) => {
    const large = isMultipart(request) && lengthOf(request) > megabytes * megabyte
    if (!large || importsArchive(request.body)) {
      next()
      return
    }
    request.unpipe()
    request.resume()
    next(errors.requestTooLarge({ megabytes }))
  }
}

const isMultipart = (request: Request): boolean => Boolean(request.is('multipart/form-data'))
const lengthOf = (request: Request): number => Number(request.get('content-length'))
const importsArchive = (operations: unknown): boolean =>
  /\bimportArchive\b/.test(JSON.stringify(operations ?? ''))

/** Recognises the parser's error for too many files by its message, since it has no code. */
const limitFileCount =
  (maxFiles: number): ProcessRequestFunction =>
  (...parameters) =>
    processRequest(...parameters).catch((error: unknown) => {
      const tooMany = error instanceof Error && error.message.includes('max file uploads exceeded')
      throw tooMany ? errors.tooManyFiles({ max: maxFiles }) : error
    })
