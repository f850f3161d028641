import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import type { Settings } from '../settings/settings.js'
import { withoutPaths } from '../system/without-paths.js'
import { shortenMessage } from './shorten-message.js'

/** Sends errors that occur outside of operations in the form of GraphQL errors. */
export function reportError({ maxRequestMegabytes }: Settings, log: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    // An operation that is stopped may be answered at the same time. The connection is good for the next one.
    if (response.writableEnded) return
    if (response.headersSent) {
      next(error)
      return
    }
    const problem = problemOf(error, maxRequestMegabytes)
    if (problem === internalError) log.error({ err: error }, 'a request failed')
    if (passing.has(problem.code)) response.set('Retry-After', '1')
    if (problem.code === 'UNAUTHENTICATED') response.set('WWW-Authenticate', 'Bearer realm="Shotboard"')
    response
      .status(statusOf(problem.code))
      .json({ errors: [{ message: problem.message, extensions: problem.extensions }] })
  }
}

/** Codes of requests that may succeed if they are sent again. */
const passing: ReadonlySet<string> = new Set(['OVERLOADED', 'STOPPING', 'TOO_MANY_OPERATIONS'])

export const internalError = errors.internal({})

/** HTTP statuses of errors outside of operations, and of operations that did not run. */
const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  LENGTH_REQUIRED: 411,
  REQUEST_TOO_LARGE: 413,
  TOO_MANY_FILES: 413,
  HOST_NOT_ALLOWED: 421,
  TOO_MANY_OPERATIONS: 429,
  STOPPING: 503,
  OVERLOADED: 503,
  DISK_FULL: 507,
  STORAGE_FAILED: 503,
  DATABASE_UNAVAILABLE: 503,
  [internalError.code]: 500,
}

export const statusOf = (code: string): number => statuses[code] ?? (code.startsWith('UNKNOWN_') ? 404 : 400)

function problemOf(error: unknown, megabytes: number): ShotboardError {
  if (error instanceof ShotboardError) {
    // A path of an address is the client's own.
    return error.code === 'NOT_FOUND' ? error : withShownMessage(error)
  }
  if (error instanceof URIError) return errors.badRequest({ reason: 'The URL cannot be decoded.' })
  if (!isClientError(error)) return internalError
  return error.status === 413
    ? errors.requestTooLarge({ megabytes })
    : errors.badRequest({ reason: reasonOf(error) })
}

const withShownMessage = ({ code, message, argument }: ShotboardError): ShotboardError =>
  new ShotboardError(code, withoutPaths(shortenMessage(message)), argument)

/**
 * Whether a request parser reports a mistake of the client. Parsers set `expose` on errors whose message is meant for the
 * client. They also set it on errors of the operating system, such as too many open files; these have an `errno`.
 */
const isClientError = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error &&
  !('errno' in error) &&
  'expose' in error &&
  error.expose === true &&
  'status' in error &&
  typeof error.status === 'number' &&
  error.status < 500
