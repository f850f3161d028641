import type { Request, RequestHandler } from 'express'
import graphqlUploadExpress from 'graphql-upload/graphqlUploadExpress.mjs'
import processRequest, { type ProcessRequestFunction } from 'graphql-upload/processRequest.mjs'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'

const megabyte = 2 ** 20

/**
 * Files of multipart requests, by the GraphQL multipart request specification. A request that imports an archive may be
 * larger than others by as much as an archive.
 */
export function acceptUploads(settings: Settings): RequestHandler[] {
  const { maxRequestMegabytes, maxArchiveMegabytes, maxFilesPerRequest } = settings
  return [
    requirePreflight,
    limitMultipart(maxRequestMegabytes + maxArchiveMegabytes),
    graphqlUploadExpress({
      // An archive that is too large is told as one, by whoever takes it.
      maxFileSize: (Math.max(maxRequestMegabytes, maxArchiveMegabytes) + 1) * megabyte,
      maxFiles: maxFilesPerRequest,
      maxFieldSize: maxRequestMegabytes * megabyte,
      processRequest: countFiles(maxFilesPerRequest),
    }),
    limitOthers(maxRequestMegabytes),
  ]
}

/**
 * Browsers let a form of any page send a multipart request, with the cookies of this service; a header of one's own they
 * do not, without asking. Apollo Server checks the same, but only after the files have been read.
 */
const requirePreflight: RequestHandler = (request, _response, next) => {
  const header = request.get('apollo-require-preflight') ?? request.get('x-apollo-operation-name')
  next(request.is('multipart/form-data') && !header ? errors.forgedRequest({}) : undefined)
}

/**
 * Refuses a multipart request that is too large as a whole, before any of it is read: its parser knows the size of single
 * files alone.
 */
function limitMultipart(megabytes: number): RequestHandler {
  return (request, _response, next) => {
    if (!isMultipart(request)) next()
    else if (request.get('content-length') === undefined) next(errors.lengthRequired({}))
    else if (lengthOf(request) > megabytes * megabyte) next(errors.requestTooLarge({ megabytes }))
    else next()
  }
}

/** Refuses a large request that imports no archive, once its operations are known, and lets the rest of it go by. */
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

/** The parser tells of too many files by its words alone. */
const countFiles =
  (most: number): ProcessRequestFunction =>
  (...parameters) =>
    processRequest(...parameters).catch((error: unknown) => {
      const tooMany = error instanceof Error && error.message.includes('max file uploads exceeded')
      throw tooMany ? errors.tooManyFiles({ max: most }) : error
    })
