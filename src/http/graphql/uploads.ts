import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request, RequestHandler } from 'express'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import { withWriteErrors } from '../../system/storage-fault.js'
import type { Authentication } from '../access/authentication.js'
import { readMultipart } from './multipart.js'
import type { Operations } from './multipart-fields.js'

const megabyte = 2 ** 20

/** Where the files of requests lie in the data folder, a folder for each request. */
export const uploadsFolder = 'uploads'

/**
 * Parses multipart requests, by the GraphQL multipart request specification. A request that imports an archive, or looks through one, may be
 * larger than others by the size of an archive. Removes what a killed process has left of its requests: nobody else works on the
 * data folder.
 */
export async function acceptUploads(
  settings: Settings,
  authentication: Authentication,
): Promise<RequestHandler[]> {
  await rm(join(settings.dataDirectory, uploadsFolder), { recursive: true, force: true })
  const { maxRequestMegabytes, maxArchiveMegabytes } = settings
  return [
    requirePreflight,
    limitMultipart(maxRequestMegabytes + maxArchiveMegabytes),
    readFiles(settings, authentication),
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

/** Refuses a multipart request by its total size before reading it. */
function limitMultipart(megabytes: number): RequestHandler {
  return (request, _response, next) => {
    if (!isMultipart(request)) next()
    else if (request.get('content-length') === undefined) next(errors.lengthRequired({}))
    else if (lengthOf(request) > megabytes * megabyte) next(errors.requestTooLarge({ megabytes }))
    else next()
  }
}

/** Replaces the body by its operations. The files lie in the data folder until the request has been answered. */
function readFiles(
  { dataDirectory, maxRequestMegabytes: megabytes, maxFilesPerRequest: maxFiles }: Settings,
  { authenticate }: Authentication,
): RequestHandler {
  return async (request, response, next) => {
    if (!isMultipart(request)) return next()
    const folder = await withWriteErrors('an uploaded file', async () => {
      await mkdir(join(dataDirectory, uploadsFolder), { recursive: true })
      return mkdtemp(join(dataDirectory, uploadsFolder, 'request-'))
    })
    const reading = readMultipart(request, {
      folder,
      maxFiles,
      check(operations) {
        if (lengthOf(request) <= megabytes * megabyte) return
        if (!importsArchive(operations)) throw errors.requestTooLarge({ megabytes })
        // An archive that may not be imported need not be received.
        if (authenticate(request.headers) !== 'write') throw errors.forbidden({})
      },
    })
    const remove = async () => {
      await reading.catch(() => {})
      await rm(folder, { recursive: true, force: true }).catch(() => {})
    }
    // A response closes also when its connection is lost.
    if (response.closed) remove()
    else response.once('close', remove)
    try {
      request.body = await reading
    } catch (error) {
      if (response.closed) return
      // The answer does not wait for the rest of the body, and a client that still sends it can read the answer.
      setImmediate(() => request.resume())
      throw error
    }
    next()
  }
}

const isMultipart = (request: Request): boolean => Boolean(request.is('multipart/form-data'))
const lengthOf = (request: Request): number => Number(request.get('content-length'))
const importsArchive = ({ query }: Operations): boolean =>
  /\b(importArchive|previewImport)\b/.test(String(query))
