import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import { createFairQueue } from '../../system/fair-queue.js'
import { createScopeController, runInScope, type WorkScope } from '../../system/work-scope.js'

/** Queries and mutations take turns, so that a busy service answers some quickly and refuses the rest, instead of none. */
export interface OperationTurns {
  /** Refuses a request with OVERLOADED, before its body is read, if too many wait or their bodies would be too large. */
  readonly admit: RequestHandler
  /** Handles a request at its turn. It is stopped when it takes too long, or its client leaves. */
  readonly handle: RequestHandler
  /** Runs an operation at its turn, in the scope of a connection. A mutation is not stopped. */
  run<T>(connection: WorkScope | undefined, isMutation: boolean, work: () => Promise<T>): Promise<T>
}

type TurnSettings = Pick<Settings, 'maxOperationsAtOnce' | 'maxOperationSeconds' | 'maxRequestMegabytes'>

/** So many times as many operations wait as run, and so many large bodies are held at the same time. */
const waitingPerRunning = 4

export function createOperationTurns(settings: TurnSettings): OperationTurns {
  const { maxOperationsAtOnce, maxOperationSeconds: seconds } = settings
  const queue = createFairQueue(maxOperationsAtOnce)
  const maxBytes = settings.maxRequestMegabytes * 2 ** 20
  let open = 0
  let openBytes = 0

  /** A scope that also aborts when its time is up. Call `end` when the work has ended. */
  function limited(client: string, ...signals: readonly AbortSignal[]) {
    const controller = createScopeController()
    const timer = setTimeout(
      () => controller.abort(errors.operationTimedOut({ seconds })),
      seconds * 1000,
    ).unref()
    const onAbort = () => controller.abort()
    for (const signal of signals) {
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
    }
    const end = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', onAbort)
    }
    const scope: WorkScope = { client, signal: controller.signal, letFinish: end }
    return { scope, end }
  }

  return {
    admit(request, response, next) {
      if (isEventStream(request)) return next()
      const bytes = heldBytes(request, maxBytes)
      const isFull = open >= waitingPerRunning * maxOperationsAtOnce
      if (isFull || (open > 0 && openBytes + bytes > waitingPerRunning * maxBytes)) {
        return next(errors.overloaded({}))
      }
      open += 1
      openBytes += bytes
      response.once('close', () => {
        open -= 1
        openBytes -= bytes
      })
      next()
    },

    handle(request, response, next) {
      if (isEventStream(request)) return next()
      const { scope, end } = limited(clientOf(request), closingOf(response))
      const work = () =>
        new Promise<void>((resolve) => {
          if (response.closed) return resolve()
          response.once('close', resolve)
          runInScope(scope, next)
        })
      queue.add(scope, work).then(end, (error) => {
        end()
        if (!response.closed) next(error)
      })
    },

    async run(connection, isMutation, work) {
      if (open >= waitingPerRunning * maxOperationsAtOnce) throw errors.overloaded({})
      const client = connection?.client ?? ''
      const { scope, end } = limited(client, ...(connection ? [connection.signal] : []))
      if (isMutation) end()
      open += 1
      try {
        return await queue.add(scope, () => runInScope(scope, work))
      } finally {
        open -= 1
        end()
      }
    },
  }
}

/** The scope of a connection that streams. */
export const connectionScope = (request: IncomingMessage, signal: AbortSignal): WorkScope => ({
  client: clientOf(request),
  signal,
})

/** A signal that aborts when a response is closed. */
export function closingOf(response: Response): AbortSignal {
  const controller = createScopeController()
  if (response.closed) controller.abort()
  else response.once('close', () => controller.abort())
  return controller.signal
}

/** Every connection has turns of its own: behind a proxy, all clients have one address. */
const clientOf = ({ socket }: IncomingMessage): string => `${socket.remoteAddress} ${socket.remotePort}`

const isEventStream = (request: Request): boolean => request.get('accept') === 'text/event-stream'

/** The bytes of a body that are held in memory. Files are not, and a body of unknown length may be as large as allowed. */
function heldBytes(request: Request, maxBytes: number): number {
  if (request.method !== 'POST' || request.is('multipart/form-data')) return 0
  return Math.min(maxBytes, Number(request.get('content-length') ?? maxBytes))
}
