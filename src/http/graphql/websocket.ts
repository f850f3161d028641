import type { IncomingMessage, Server } from 'node:http'
import { CloseCode, type Context as ConnectionContext } from 'graphql-ws'
import { type Extra, useServer as serveProtocol } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Settings } from '../../settings/settings.js'
import type { Authentication } from '../access/authentication.js'
import { answersTo } from '../access/hosts.js'
import type { Access } from '../access/keys.js'
import { mayConnect } from '../access/origins.js'
import type { StreamedOperations } from './streamed-operations.js'

type Connection = ConnectionContext<Record<string, unknown> | undefined, Extra>

/** Clients that have not answered the goodbye by then are cut off. */
const goodbyeMs = 1000

/**
 * Serves GraphQL over WebSockets at `/graphql`, by the graphql-transport-ws protocol. What it returns ends all
 * connections: clients are told 1001, going away.
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
    // Given the server, it would take that one's errors for its own.
    noServer: true,
    path: '/graphql',
    maxPayload: settings.maxRequestMegabytes * 2 ** 20,
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      answersTo(req.headers.host, settings) && mayConnect(req.headers, settings),
  })
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  const accessOf = ({ extra, connectionParams }: Connection): Access =>
    authentication.authenticate(extra.request.headers, connectionParams)
  const serving = serveProtocol(
    {
      onConnect(connection) {
        try {
          accessOf(connection)
        } catch {
          connection.extra.socket.close(CloseCode.Unauthorized, 'UNAUTHENTICATED')
        }
      },
      onSubscribe: (connection, _id, request) => operations.prepare(request, accessOf(connection)),
      execute: operations.execute,
      subscribe: operations.subscribe,
      isProd: true,
    },
    sockets,
  )
  return async () => {
    const cutOff = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate()
    }, goodbyeMs)
    await serving.dispose()
    clearTimeout(cutOff)
  }
}
