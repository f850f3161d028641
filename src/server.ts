import type { AddressInfo } from 'node:net'
import { errors } from './errors.js'
import { isLoopback } from './http/access/hosts.js'
import { createHttpServer } from './http/http-server.js'
import { createMetrics } from './http/metrics.js'
import { createLog } from './http/request-log.js'
import { type OpenedLibrary, openLibrary } from './library/index.js'
import type { Settings } from './settings/settings.js'
import { version } from './version.js'

const shutdownGraceMs = 4000

export interface RunningServer {
  /** The base URL, such as `http://localhost:4000`. */
  readonly url: string
  readonly library: OpenedLibrary
  /** Finishes open responses, stops listening, interrupts running jobs, which resume at the next start, and closes all. */
  close(): Promise<void>
}

/**
 * Starts Shotboard: the library and its HTTP server. Throws as `openLibrary`, PORT_IN_USE, and OPEN_TO_ALL if it would
 * listen on a public address without keys and without the setting `allowOpen`.
 */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const { host, port, apiKeys, allowOpen } = settings
  if (!isLoopback(host) && apiKeys.length === 0 && !allowOpen) throw errors.openToAll({ host })
  const log = createLog(settings.logLevel)
  const metrics = createMetrics()
  const library = await openLibrary(settings, {
    onError: (job, err) => log.error({ err, job }, 'a job failed'),
    onModelLeftOut: (model, err) => log.error({ err, model }, 'a model cannot be used and is left out'),
    features: metrics.features,
  })
  metrics.watchJobs(library.jobCounts)
  try {
    const { server, finish } = await createHttpServer({ library, settings, metrics, log })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? errors.portInUse({ host, port }) : error)
      })
      server.listen(port, host, resolve)
    })
    const address = server.address() as AddressInfo
    const url = `http://${hostnameOf(host)}:${address.port}`
    await library.publishUrl(url)
    log.info({ url, version }, 'listening')
    return {
      url,
      library,
      async close() {
        log.info('stopping')
        // The server still listens meanwhile, so that it can refuse new requests with a clear error.
        await finish(shutdownGraceMs)
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

const hostnameOf = (host: string): string =>
  ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
