import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import { createEventLoopTurns } from '../../system/event-loop-turns.js'
import { createFairQueue } from '../../system/fair-queue.js'
import { createScopeController, runInScope, throwIfStopped, type WorkScope } from '../../system/work-scope.js'
import type { Authentication } from '../access/authentication.js'

/** Queries and mutations take turns, so that a busy service answers some quickly and refuses the rest, instead of none. */
export interface OperationTurns {
  /**
   * Refuses a request before its body is read if too many wait or their bodies would be too large: with TOO_MANY_OPERATIONS if
   * its client alone has too many, and otherwise with OVERLOADED.
   */
  readonly admit: RequestHandler
  /** Handles a request at its turn. It is stopped when it takes too long, or its client leaves. */
  readonly handle: RequestHandler
  /** A handler of files that runs at its turn, and is refused and stopped as an operation. Sending what it answers may take longer. */
  inTurn<P>(handler: RequestHandler<P>): RequestHandler<P>
  /** Runs the handlers that follow in the scope of the request's client, so that what they compute and decode has its turns. */
  readonly enter: RequestHandler
  /** Runs an operation at its turn, in the scope of a connection. A mutation is not stopped. */
  run<T>(connection: WorkScope, isMutation: boolean, work: () => Promise<T>): Promise<T>
}

type TurnSettings = Pick<
  Settings,
  'maxOperationsAtOnce' | 'maxOperationsPerClient' | 'maxOperationSeconds' | 'maxRequestMegabytes'
>

/** So many times as many operations are open, which is to say wait or run, as may run. */
const openPerRunning = 4
/** So many of the largest bodies are held at the same time, and so many of them for one client. */
const largestBodies = 4
const largestBodiesPerClient = 2

export function createOperationTurns(
  settings: TurnSettings,
  { clientOf }: Pick<Authentication, 'clientOf'>,
): OperationTurns {
  const { maxOperationsAtOnce, maxOperationsPerClient, maxOperationSeconds: seconds } = settings
  const queue = createFairQueue(maxOperationsAtOnce, { perClient: maxOperationsPerClient })
  const ownTurnOfEventLoop = createEventLoopTurns()
  const maxBytes = settings.maxRequestMegabytes * 2 ** 20
  const all = createOpenOperations(openPerRunning * maxOperationsAtOnce, largestBodies * maxBytes)
  const maxOfClient = openPerRunning * maxOperationsPerClient
  const maxBytesOfClient = largestBodiesPerClient * maxBytes
  const byClient = new Map<string, OpenOperations>()

  /**
   * Counts an operation and the bytes of its body until the returned function is called. Throws TOO_MANY_OPERATIONS or
   * OVERLOADED.
   */
  function open(client: string, bytes: number): () => void {
    const own = byClient.get(client) ?? createOpenOperations(maxOfClient, maxBytesOfClient)
    if (!own.hasRoom(bytes)) {
      throw errors.tooManyOperationsOfClient({ max: maxOfClient, megabytes: maxBytesOfClient / 2 ** 20 })
    }
    if (!all.hasRoom(bytes)) throw errors.overloaded({})
    byClient.set(client, own)
    for (const each of [own, all]) each.add(bytes)
    return () => {
      for (const each of [own, all]) each.remove(bytes)
      if (own.isEmpty()) byClient.delete(client)
    }
  }

  /** Runs work in its scope when its turn comes. */
  const runInTurn = <T>(scope: WorkScope, work: () => T | Promise<T>): Promise<T> =>
    queue.add(scope, async () => {
      await ownTurnOfEventLoop()
      throwIfStopped(scope.signal)
      return runInScope(scope, work)
    })

  /** A scope that also aborts when its time is up. Call `end` when the work has ended. */
  function limited(
    { client, connection }: Pick<WorkScope, 'client' | 'connection'>,
    ...signals: readonly AbortSignal[]
  ) {
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
    const scope: WorkScope = { client, connection, signal: controller.signal, letFinish: end }
    return { scope, end }
  }

  return {
    admit(request, response, next) {
      if (isEventStream(request)) return next()
      response.once('close', open(clientOf(request), heldBytes(request, maxBytes)))
      next()
    },

    handle(request, response, next) {
      if (isEventStream(request)) return next()
      const names = { client: clientOf(request), connection: connectionOf(request) }
      const { scope, end } = limited(names, closingOf(response))
      const work = () =>
        new Promise<void>((resolve) => {
          if (response.closed) return resolve()
          response.once('close', resolve)
          next()
        })
      runInTurn(scope, work).then(end, (error) => {
        end()
        if (!response.closed) next(error)
      })
    },

    inTurn: (handler) => (request, response, next) => {
      const names = { client: clientOf(request), connection: connectionOf(request) }
      const close = open(names.client, 0)
      const { scope, end } = limited(names, closingOf(response))
      runInTurn(scope, () => handler(request, response, next))
        .catch((error: unknown) => {
          if (!response.closed) next(error)
        })
        .finally(() => {
          close()
          end()
        })
    },

    enter(request, response, next) {
      const names = { client: clientOf(request), connection: connectionOf(request) }
      runInScope({ ...names, signal: closingOf(response) }, next)
    },

    async run(connection, isMutation, work) {
      const close = open(connection.client, 0)
      const { scope, end } = limited(connection, connection.signal)
      if (isMutation) end()
      try {
        return await runInTurn(scope, work)
      } finally {
        close()
        end()
      }
    },
  }
}

/** Operations that run or wait, and the bytes of their bodies. */
interface OpenOperations {
  /** Whether one more may come. One alone may be as large as it likes. */
  hasRoom(bytes: number): boolean
  isEmpty(): boolean
  add(bytes: number): void
  remove(bytes: number): void
}

function createOpenOperations(max: number, maxBytes: number): OpenOperations {
  let count = 0
  let held = 0
  return {
    hasRoom: (bytes) => count < max && (count === 0 || held + bytes <= maxBytes),
    isEmpty: () => count === 0,
    add(bytes) {
      count += 1
      held += bytes
    },
    remove(bytes) {
      count -= 1
      held -= bytes
    },
  }
}

/** A signal that aborts when a response is closed before all of it is written. */
export function closingOf(response: Response): AbortSignal {
  const controller = createScopeController()
  if (response.closed) controller.abort()
  else {
    response.once('close', () => {
      // Nothing waits for a signal of what has been answered, and an error would be made for nobody.
      if (!response.writableFinished) controller.abort()
    })
  }
  return controller.signal
}

/** The connections of a client take turns among themselves: without keys, all clients behind a proxy are one. */
export const connectionOf = ({ socket }: IncomingMessage): string =>
  `${socket.remoteAddress} ${socket.remotePort}`

const isEventStream = (request: Request): boolean => request.get('accept') === 'text/event-stream'

/** The bytes of a body that are held in memory. Files are not, and a body of unknown length may be as large as allowed. */
function heldBytes(request: Request, maxBytes: number): number {
  if (request.method !== 'POST' || request.is('multipart/form-data')) return 0
  return Math.min(maxBytes, Number(request.get('content-length') ?? maxBytes))
}
