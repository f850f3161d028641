import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { AnsweredRequest } from './metrics.js'

const requestIds = new AsyncLocalStorage<string>()

/** Creates the log of the service: JSON lines. Entries during a request have the `requestId` of that request. */
export const createLog = (level: string, destination: DestinationStream = pino.destination(1)): Logger =>
  pino(
    {
      level,
      mixin() {
        const requestId = requestIds.getStore()
        return requestId === undefined ? {} : { requestId }
      },
    },
    destination,
  )

/** The form of an `X-Request-Id` header that the service adopts. */
const validRequestId = /^[\w.:/+=-]{1,128}$/

/**
 * Gives every request an id, adopted from `X-Request-Id` if it is valid, and returns it in the same header. Logs every
 * request with its status and duration at the level `info`. It does not log query strings, bodies and headers, since they
 * can contain keys and private data.
 */
export function logRequests(log: Logger, onAnswered: (request: AnsweredRequest) => void): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id')
    const requestId = given !== undefined && validRequestId.test(given) ? given : randomUUID()
    const started = performance.now()
    response.set('X-Request-Id', requestId)
    response.once('close', () => {
      const milliseconds = performance.now() - started
      // A client that left while it still sent something gets no answer, even if one was written.
      const isAnswered = response.writableFinished && request.errored === null
      const status = isAnswered ? response.statusCode : 'aborted'
      const { method, ip } = request
      log.info({ method, path: pathOf(request), ip, status, milliseconds }, 'request')
      const outcome = status === 'aborted' || status >= 400 ? String(status) : 'ok'
      const answered = { operation: operationOf(request), outcome, seconds: milliseconds / 1000 }
      if (!isCountedByPipeline(request, outcome)) onAnswered(answered)
    })
    requestIds.run(requestId, next)
  }
}

const pathOf = ({ originalUrl }: Request): string => originalUrl.split('?')[0] ?? ''

/** A label from a bounded set: all unknown paths share one. */
function operationOf(request: Request): string {
  const route: unknown = request.route?.path
  const known = typeof route === 'string' ? route : pathOf(request) === '/graphql' ? '/graphql' : 'other'
  return `${request.method} ${known}`
}

/** Statuses of requests that are refused before their operation is read. */
const refusedEarly = ['401', '411', '413', '421', '503']

/** The GraphQL pipeline counts operations itself; see `graphql/count-operations.ts`. */
const isCountedByPipeline = (request: Request, outcome: string): boolean =>
  pathOf(request) === '/graphql' && !refusedEarly.includes(outcome)
