import type { IncomingMessage, Server } from 'node:http'
import { useServer as serveProtocol } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { StreamedOperations } from './streamed-operations.js'

/** Clients that have not answered the goodbye by then are cut off. */
const goodbyeMs = 1000

/**
 * Serves GraphQL over WebSockets at `/graphql`, by the graphql-transport-ws protocol. What it returns ends all
 * connections: clients are told 1001, going away.
 */
export function serveWebSockets(
  server: Server,
  options: { readonly operations: StreamedOperations; readonly maxMessageBytes: number },
): () => Promise<void> {
  const { operations, maxMessageBytes } = options
  const sockets = new WebSocketServer({
    // Given the server, it would take that one's errors for its own.
    noServer: true,
    path: '/graphql',
    maxPayload: maxMessageBytes,
    verifyClient: ({ origin, req }: { origin?: string; req: IncomingMessage }) => isSameOrigin(origin, req),
  })
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  const serving = serveProtocol(
    {
      onSubscribe: (_connection, _id, request) => operations.prepare(request),
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

/**
 * Whether a handshake comes from a page of this service or from no page at all. Browsers let any page connect to any
 * WebSocket and read what it says, so it is the server that must refuse strangers.
 */
function isSameOrigin(origin: string | undefined, { headers }: IncomingMessage): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === headers.host
}
