import type { IncomingMessage, Server } from 'node:http'
import { CloseCode, type Context as ConnectionContext } from 'graphql-ws'
import { type Extra, useServer as serveProtocol } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Settings } from '../../settings/settings.js'
import type { Authentication } from '../access/authentication.js'
import { isAllowedHost } from '../access/hosts.js'
import { isAllowedOrigin } from '../access/origins.js'
import type { StreamedOperations } from './streamed-operations.js'

type Connection = ConnectionContext<Record<string, unknown> | undefined, Extra>

/** How long clients may take to close their connection before it is cut. */
const closeTimeoutMs = 1000

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
  },
): () => Promise<void> {
  const { operations, authentication, settings } = options
  const sockets = new WebSocketServer({
    // With `server`, it would also handle the errors of the HTTP server.
    noServer: true,
    path: '/graphql',
    maxPayload: settings.maxRequestMegabytes * 2 ** 20,
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      isAllowedHost(req.headers.host, settings) && isAllowedOrigin(req.headers, settings),
  })
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  const authenticate = ({ extra, connectionParams }: Connection) =>
    authentication.authenticate(extra.request.headers, connectionParams)
  const protocol = serveProtocol(
    {
      onConnect(connection) {
        try {
          authenticate(connection)
        } catch {
          connection.extra.socket.close(CloseCode.Unauthorized, 'UNAUTHENTICATED')
        }
      },
      onSubscribe: (connection, _id, request) => operations.prepare(request, () => authenticate(connection)),
      execute: operations.execute,
      subscribe: operations.subscribe,
      isProd: true,
    },
    sockets,
  )
  return async () => {
    const timeout = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate()
    }, closeTimeoutMs)
    await protocol.dispose()
    clearTimeout(timeout)
  }
}
