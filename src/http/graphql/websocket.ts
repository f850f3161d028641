import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { GraphQLError } from 'graphql'
import { CloseCode, type Context as ConnectionContext, handleProtocols } from 'graphql-ws'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import { createScopeController } from '../../system/work-scope.js'
import type { Authentication } from '../access/authentication.js'
import { isAllowedHost } from '../access/hosts.js'
import { isAllowedOrigin } from '../access/origins.js'
import { connectionOf } from './operation-turns.js'
import type { StreamedOperations } from './streamed-operations.js'
import { type Extra, serveConnections } from './websocket-connections.js'

type Connection = ConnectionContext<Record<string, unknown> | undefined, Extra>

/** How long clients may take to close their connection before it is cut. */
const closeTimeoutMs = 1000
/** What a client may send before it is acknowledged: enough for a key. */
const maxBytesBeforeAck = 16 * 1024
/** Files and images come by HTTP. */
const maxMessageBytes = 2 ** 20
/** The largest number of operations that run over one connection at the same time. */
const maxOperations = 100

/**
 * Serves GraphQL over WebSockets at `/graphql`, by the graphql-transport-ws protocol. Returns a function that closes all
 * connections with the code 1001, going away.
 */
export function serveWebSockets(
  server: Server,
  options: {
    readonly operations: StreamedOperations
    readonly authentication: Authentication
    readonly settings: Settings
    readonly log: Logger
  },
): () => Promise<void> {
  const { operations, authentication, settings, log } = options
  const sockets = new WebSocketServer({
    // With `server`, it would also handle the errors of the HTTP server.
    noServer: true,
    path: '/graphql',
    maxPayload: maxMessageBytes,
    handleProtocols,
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      isAllowedHost(req.headers.host, settings) && isAllowedOrigin(req.headers, settings),
  })
  /** Ends the limit of a connection that is not acknowledged yet. */
  const liftLimit = new WeakMap<WebSocket, () => void>()
  const closing = new WeakMap<WebSocket, AbortSignal>()
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const controller = createScopeController()
      opened.once('close', () => controller.abort())
      closing.set(opened, controller.signal)
      liftLimit.set(opened, limitBytes(opened, socket, head.length))
      connections.open(opened, request)
    })
  })
  const authenticate = ({ extra, connectionParams }: Connection) =>
    authentication.authenticate(extra.request.headers, connectionParams)
  const connections = serveConnections(
    {
      onConnect(connection) {
        try {
          authenticate(connection)
          liftLimit.get(connection.extra.socket)?.()
        } catch {
          connection.extra.socket.close(CloseCode.Unauthorized, 'UNAUTHENTICATED')
        }
      },
      onSubscribe(connection, _id, request) {
        const running = Object.keys(connection.subscriptions).length
        if (running > maxOperations) {
          const { message, extensions } = errors.tooManyOperations({ max: maxOperations })
          return [new GraphQLError(message, { extensions })]
        }
        const { socket, request: upgrade } = connection.extra
        return operations.prepare(request, () => authenticate(connection), {
          client: authentication.clientOf(upgrade, connection.connectionParams),
          connection: connectionOf(upgrade),
          signal: closing.get(socket) ?? AbortSignal.abort(),
        })
      },
      execute: operations.execute,
      subscribe: operations.subscribe,
    },
    log,
  )
  return async () => {
    const timeout = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate()
    }, closeTimeoutMs)
    connections.close()
    await new Promise((resolve) => sockets.close(resolve))
    clearTimeout(timeout)
  }
}

/** Cuts a connection that sends much, until the returned function is called. */
function limitBytes(opened: WebSocket, socket: Duplex, alreadyRead: number): () => void {
  let bytes = alreadyRead
  const count = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > maxBytesBeforeAck) opened.terminate()
  }
  socket.on('data', count)
  return () => {
    socket.off('data', count)
  }
}
