import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { errors } from './errors.js'
import { isLoopback } from './http/hosts.js'
import { createHttpServer } from './http/http-server.js'
import { type Library, openLibrary } from './library/library.js'
import type { Settings } from './settings/settings.js'

export interface RunningServer {
  /** Where it is reached, such as `http://localhost:4000`. */
  readonly url: string
  readonly library: Library
  /** Stops listening, parks what is running and closes everything. */
  close(): Promise<void>
}

/**
 * Starts Shotboard: the library and the server in front of it.
 * Throws as `openLibrary`, PORT_IN_USE where the port is taken, and OPEN_TO_ALL where everybody could use it and nobody said
 * that this is meant.
 */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const { host, port, apiKeys, allowOpen } = settings
  if (!isLoopback(host) && apiKeys.length === 0 && !allowOpen) throw errors.openToAll({ host })
  const log = pino({ level: settings.logLevel })
  const library = await openLibrary(settings, {
    onError: (job, err) => log.error({ err, job }, 'a job failed'),
  })
  try {
    const { server, endSockets } = await createHttpServer({ library, settings, log })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? errors.portInUse({ host, port }) : error)
      })
      server.listen(port, host, resolve)
    })
    const address = server.address() as AddressInfo
    const url = `http://${nameOf(host)}:${address.port}`
    await library.announce(url)
    return {
      url,
      library,
      async close() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        await endSockets()
        server.closeAllConnections()
        await closed
        await library.close()
      },
    }
  } catch (error) {
    await library.close()
    throw error
  }
}

const nameOf = (host: string): string =>
  ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
