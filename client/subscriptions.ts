import { createClient, type Client as Sockets } from 'graphql-ws'
import { dataOf, errorOf, isProblem, ShotboardClientError } from './client-error.js'
import type { Operation } from './request-body.js'

/** The WebSocket of a client. The first subscription opens it, all share it, and the last one closes it. */
export interface Subscriptions {
  subscribe(operation: Operation): AsyncIterableIterator<unknown>
  close(): Promise<void>
}

const end = { value: undefined, done: true } as const

export function createSubscriptions(options: {
  readonly url: string
  readonly connectionParameters: Readonly<Record<string, unknown>>
}): Subscriptions {
  let opened: Promise<Sockets> | undefined
  const open = (): Promise<Sockets> => {
    opened ??= openSockets(options.url, options.connectionParameters)
    return opened
  }
  return {
    subscribe({ query, variables }) {
      const results = open().then((sockets) =>
        sockets.iterate({ query, variables: variables as Record<string, unknown> }),
      )
      return {
        async next() {
          try {
            const { value, done } = await (await results).next()
            return done ? end : { value: dataOf(value), done: false }
          } catch (error) {
            throw toClientError(error, options.url)
          }
        },
        async return() {
          await (await results).return?.()
          return end
        },
        [Symbol.asyncIterator]() {
          return this
        },
      }
    },
    async close() {
      await (await opened)?.dispose()
    },
  }
}

async function openSockets(
  url: string,
  connectionParams: Readonly<Record<string, unknown>>,
): Promise<Sockets> {
  // Node 20 has no global WebSocket.
  const webSocketImpl = 'WebSocket' in globalThis ? globalThis.WebSocket : (await import('ws')).WebSocket
  return createClient({ url, connectionParams, webSocketImpl })
}

/** Converts the errors of graphql-ws: a close event with code and reason, or a list of GraphQL errors. */
function toClientError(error: unknown, url: string): unknown {
  if (error instanceof ShotboardClientError) return error
  if (Array.isArray(error) && error.every(isProblem)) return errorOf(error)
  if (typeof error === 'object' && error !== null && 'code' in error && 'reason' in error) {
    const reason = typeof error.reason === 'string' && error.reason !== '' ? `: ${error.reason}` : ''
    const message = `The connection to ${url} was closed (${error.code})${reason}.`
    return new ShotboardClientError('CONNECTION_CLOSED', message, [], { cause: error })
  }
  return new ShotboardClientError('SERVER_UNREACHABLE', `Could not reach ${url}.`, [], { cause: error })
}
