import type { RequestHandler } from 'express'
import graphqlUploadExpress from 'graphql-upload/graphqlUploadExpress.mjs'
import { errors } from '../errors.js'
import type { Settings } from '../settings/settings.js'

/** Files of multipart requests, by the GraphQL multipart request specification. */
export function acceptUploads({ maxRequestMegabytes, maxFilesPerRequest }: Settings): RequestHandler[] {
  const bytes = maxRequestMegabytes * 2 ** 20
  return [
    limitMultipart(maxRequestMegabytes),
    graphqlUploadExpress({ maxFileSize: bytes, maxFiles: maxFilesPerRequest, maxFieldSize: bytes }),
  ]
}

/**
 * Refuses a multipart request that is too large as a whole, before any of it is read: its parser knows the size of single
 * files alone.
 */
function limitMultipart(megabytes: number): RequestHandler {
  return (request, _response, next) => {
    const length = request.get('content-length')
    if (!request.is('multipart/form-data')) next()
    else if (length === undefined) next(errors.lengthRequired({}))
    else if (Number(length) > megabytes * 2 ** 20) next(errors.requestTooLarge({ megabytes }))
    else next()
  }
}
