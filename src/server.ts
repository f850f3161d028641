import type { AddressInfo } from 'node:net'
import { errors } from './errors.js'
import { isLoopback } from './http/access/hosts.js'
import { createHttpServer } from './http/http-server.js'
import { createMetrics } from './http/metrics.js'
import { createLog } from './http/request-log.js'
import { type OpenedLibrary, openLibrary } from './library/index.js'
import type { Settings } from './settings/settings.js'
import { version } from './version.js'

/** Requests that are being answered when the service stops have so long. */
const msForAnswers = 4000

export interface RunningServer {
  /** Where it is reached, such as `http://localhost:4000`. */
  readonly url: string
  readonly library: OpenedLibrary
  /** Finishes what is being answered, stops listening, parks what is running and closes everything. */
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
  const log = createLog(settings.logLevel)
  const metrics = createMetrics()
  const library = await openLibrary(settings, {
    onError: (job, err) => log.error({ err, job }, 'a job failed'),
    features: metrics.features,
  })
  metrics.watchJobs(library.jobCounts)
  try {
    const { server, drain } = await createHttpServer({ library, settings, metrics, log })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? errors.portInUse({ host, port }) : error)
      })
      server.listen(port, host, resolve)
    })
    const address = server.address() as AddressInfo
    const url = `http://${nameOf(host)}:${address.port}`
    await library.announce(url)
    log.info({ url, version }, 'listening')
    return {
      url,
      library,
      async close() {
        log.info('stopping')
        // Whoever asks meanwhile is told so.
        await drain(msForAnswers)
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        server.closeAllConnections()
        await closed
        await library.close()
        log.info('stopped')
      },
    }
  } catch (error) {
    await library.close()
    throw error
  }
}

const nameOf = (host: string): string =>
  ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
