import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { AnsweredRequest } from './metrics.js'

const requestIds = new AsyncLocalStorage<string>()

/** The log of the service, a JSON object a line. What is logged while a request is answered carries the request's id. */
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

/** What an id that a proxy or a client gives must look like, to be taken over. */
const wellFormed = /^[\w.:/+=-]{1,128}$/

/**
 * Gives every request an id, the one in `X-Request-Id` where that is one, and sends it back; logs every request, with its
 * status and time, at `info`. Queries, bodies and headers are not logged: they may hold keys and what is nobody's business.
 */
export function logRequests(log: Logger, onAnswered: (request: AnsweredRequest) => void): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id')
    const requestId = given !== undefined && wellFormed.test(given) ? given : randomUUID()
    const started = performance.now()
    response.set('X-Request-Id', requestId)
    response.once('close', () => {
      const milliseconds = performance.now() - started
      const status = response.writableFinished ? response.statusCode : 'aborted'
      const { method, ip } = request
      log.info({ method, path: pathOf(request), ip, status, milliseconds }, 'request')
      const outcome = status === 'aborted' || status >= 400 ? String(status) : 'ok'
      const answered = { operation: operationOf(request), outcome, seconds: milliseconds / 1000 }
      if (!isCountedElsewhere(request, outcome)) onAnswered(answered)
    })
    requestIds.run(requestId, next)
  }
}

const pathOf = ({ originalUrl }: Request): string => originalUrl.split('?')[0] ?? ''

/** Of a bounded number of words: whatever is no route of ours counts as one. */
function operationOf(request: Request): string {
  const route: unknown = request.route?.path
  const known = typeof route === 'string' ? route : pathOf(request) === '/graphql' ? '/graphql' : 'other'
  return `${request.method} ${known}`
}

/** What is refused before anybody looks at the operation in it. */
const refusedAtTheDoor = ['401', '411', '413', '421', '503']

/** Operations are counted where they are run, by what they ask for. */
const isCountedElsewhere = (request: Request, outcome: string): boolean =>
  pathOf(request) === '/graphql' && !refusedAtTheDoor.includes(outcome)
