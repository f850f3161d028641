import type { ErrorRequestHandler } from 'express'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Logger } from 'pino'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import type { Settings } from '../settings/settings.js'
import { isTooLong, type OperationLimits } from './graphql/operation-limits.js'

/** Errors outside of GraphQL in GraphQL's form. */
export function reportError({ maxRequestMegabytes }: Settings, log: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const problem = problemOf(error, maxRequestMegabytes)
    if (problem === internalError) log.error({ err: error }, 'a request failed')
    if (problem.code === 'UNAUTHENTICATED') response.set('WWW-Authenticate', 'Bearer realm="Shotboard"')
    response
      .status(statusOf(problem.code))
      .json({ errors: [{ message: problem.message, extensions: problem.extensions }] })
  }
}

export const internalError = errors.internal({})

/** What a client is told of an operation's error: what Shotboard did not raise on purpose is logged, without its insides. */
export function describeFailure(
  formatted: GraphQLFormattedError,
  error: unknown,
  { maxQueryTokens }: OperationLimits,
  log: Logger,
): GraphQLFormattedError {
  if (isTooLong(formatted.message)) {
    const { message, extensions } = errors.queryTooLong({ max: maxQueryTokens })
    return { ...formatted, message, extensions }
  }
  if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted
  log.error({ err: error instanceof GraphQLError ? error.originalError : error }, 'a request failed')
  return { ...formatted, message: internalError.message }
}

/** The statuses of errors outside of GraphQL, and of operations that were never run. */
const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  LENGTH_REQUIRED: 411,
  REQUEST_TOO_LARGE: 413,
  TOO_MANY_FILES: 413,
  HOST_NOT_ALLOWED: 421,
  STOPPING: 503,
  DISK_FULL: 507,
  STORAGE_FAILED: 503,
  DATABASE_UNAVAILABLE: 503,
  [internalError.code]: 500,
}

export const statusOf = (code: string): number => statuses[code] ?? (code.startsWith('UNKNOWN_') ? 404 : 400)

function problemOf(error: unknown, megabytes: number): ShotboardError {
  if (error instanceof ShotboardError) return error
  if (error instanceof URIError) return new ShotboardError('BAD_REQUEST', 'The address cannot be decoded.')
  if (!isClientsFault(error)) return internalError
  return error.status === 413
    ? errors.requestTooLarge({ megabytes })
    : new ShotboardError('BAD_REQUEST', reasonOf(error))
}

/**
 * The parsers of requests say by `expose` that their words are meant for the client: no paths, no insides. What the system
 * has refused them, such as one more open file, they hand on like that too: it is nothing that the client did.
 */
const isClientsFault = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error &&
  !('errno' in error) &&
  'expose' in error &&
  error.expose === true &&
  'status' in error &&
  typeof error.status === 'number' &&
  error.status < 500
