import type { IncomingMessage } from 'node:http'
import { CloseCode, makeServer, type ServerOptions } from 'graphql-ws'
import type { Logger } from 'pino'
import { WebSocket } from 'ws'

/** What the hooks of the protocol know of a connection. */
export interface Extra {
  readonly socket: WebSocket
  readonly request: IncomingMessage
}

export type ConnectionParams = Readonly<Record<string, unknown>> | undefined

/** A connection whose client has not answered a ping for so long is cut. */
const msBetweenPings = 15_000

export interface Connections {
  /** Serves a WebSocket until it is closed. */
  open(socket: WebSocket, request: IncomingMessage): void
  /** Closes all connections with the code 1001, going away. */
  close(): void
}

/**
 * Serves the graphql-transport-ws protocol over WebSockets. The library's own server for `ws` would print a line for
 * every client that hangs up, and have timers of its own for every connection.
 */
export function serveConnections(
  options: ServerOptions<Record<string, unknown> | undefined, Extra>,
  log: Logger,
): Connections {
  const protocol = makeServer<Record<string, unknown> | undefined, Extra>(options)
  const open = new Set<WebSocket>()
  /** Those that have not answered the last ping. */
  const silent = new Set<WebSocket>()

  const timer = setInterval(() => {
    for (const socket of silent) socket.terminate()
    for (const socket of open) {
      silent.add(socket)
      socket.ping()
    }
  }, msBetweenPings)
  timer.unref()

  function report(error: unknown, socket: WebSocket): void {
    // That a client hangs up, or breaks its connection, is not the service's fault.
    if (socket.readyState !== WebSocket.OPEN) log.debug({ err: error }, 'a WebSocket broke')
    else log.warn({ err: error }, 'a message over a WebSocket failed')
  }

  return {
    open(socket, request) {
      open.add(socket)
      const closed = protocol.opened(
        {
          protocol: socket.protocol,
          send: (data) =>
            new Promise((resolve, reject) => {
              if (socket.readyState !== WebSocket.OPEN) return resolve()
              socket.send(data, (error) => (error ? reject(error) : resolve()))
            }),
          close: (code, reason) => socket.close(code, reason),
          onMessage: (handle) =>
            socket.on('message', (data) => {
              handle(String(data)).catch((error: unknown) => {
                report(error, socket)
                socket.close(CloseCode.InternalServerError, 'Internal server error')
              })
            }),
        },
        { socket, request },
      )
      socket.on('pong', () => silent.delete(socket))
      // `ws` closes a connection that breaks its protocol.
      socket.on('error', (error) => log.debug({ err: error }, 'a WebSocket broke'))
      socket.once('close', (code, reason) => {
        open.delete(socket)
        silent.delete(socket)
        closed(code, String(reason)).catch((error: unknown) => report(error, socket))
      })
    },
    close() {
      clearInterval(timer)
      for (const socket of open) socket.close(1001, 'Going away')
    },
  }
}
