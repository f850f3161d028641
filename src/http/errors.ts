import type { ErrorRequestHandler } from 'express'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Logger } from 'pino'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import type { Settings } from '../settings/settings.js'

/** Errors outside of GraphQL in GraphQL's form. */
export function reportError({ maxRequestMegabytes }: Settings, log: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const { status, problem } = describeError(error, maxRequestMegabytes)
    if (status === 500) log.error({ err: error }, 'a request failed')
    response.status(status).json({ errors: [{ message: problem.message, extensions: problem.extensions }] })
  }
}

export const internalError = errors.internal({})

/** What Shotboard did not raise on purpose is logged and told without its insides. */
export function maskInternalError(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: Logger,
): GraphQLFormattedError {
  if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted
  log.error({ err: error instanceof GraphQLError ? error.originalError : error }, 'a request failed')
  return { ...formatted, message: internalError.message }
}

/** The statuses of Shotboard's own errors outside of GraphQL. */
const statuses: Readonly<Record<string, number>> = {
  UNKNOWN_IMAGE: 404,
  UNKNOWN_COMPARISON: 404,
  UNKNOWN_DATASET: 404,
  UNKNOWN_SUPPORT_SET: 404,
  LENGTH_REQUIRED: 411,
  REQUEST_TOO_LARGE: 413,
}

function describeError(
  error: unknown,
  megabytes: number,
): { readonly status: number; readonly problem: ShotboardError } {
  if (error instanceof ShotboardError) return { status: statuses[error.code] ?? 400, problem: error }
  const status =
    error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
  const tooLarge = errors.requestTooLarge({ megabytes })
  if (error instanceof Error && 'type' in error && error.type === 'entity.too.large') {
    return { status, problem: tooLarge }
  }
  if (status >= 400 && status < 500) {
    const code = status === 413 ? tooLarge.code : 'BAD_REQUEST'
    return { status, problem: new ShotboardError(code, reasonOf(error)) }
  }
  return { status: 500, problem: internalError }
}
