import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { errors } from './errors.js'
import { serveHealth } from './http/health.js'
import { createMetrics } from './http/metrics.js'
import { createLog } from './http/request-log.js'
import { type OpenedLibrary, openLibrary, type SharedWork } from './library/index.js'
import type { Settings } from './settings/settings.js'
import { version } from './version.js'

export interface RunningWorker {
  /** The base URL of `/healthz`, `/readyz` and `/metrics`. */
  readonly url: string
  readonly library: OpenedLibrary
  /** Interrupts its jobs, which other workers continue, and closes all. */
  close(): Promise<void>
}

/**
 * Starts a process that takes work from the shared queue, and serves its health and metrics. Throws as `openLibrary`,
 * SHARING_INCOMPLETE without a queue, and PORT_IN_USE.
 */
export async function startWorker(settings: Settings, work: SharedWork): Promise<RunningWorker> {
  if (settings.queueUrl === undefined) throw errors.sharingIncomplete({ missing: ['SHOTBOARD_QUEUE'] })
  const { host, port } = settings
  const log = createLog(settings.logLevel)
  const metrics = createMetrics()
  let isStopping = false
  const library = await openLibrary(
    settings,
    {
      onError: (job, err) => log.error({ err, job }, 'a job failed'),
      onModelLeftOut: (model, err) => log.error({ err, model }, 'a model cannot be used and is left out'),
      features: metrics.features,
    },
    work,
  )
  metrics.watchJobs(library.jobCounts)
  try {
    const app = express()
    app.disable('x-powered-by')
    app.use(serveHealth(library, () => isStopping))
    app.get('/metrics', metrics.serve)
    const server = createServer(app)
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? errors.portInUse({ host, port }) : error)
      })
      server.listen(port, host, resolve)
    })
    const url = `http://${host}:${(server.address() as AddressInfo).port}`
    log.info({ url, version, ...work }, 'working')
    return {
      url,
      library,
      async close() {
        isStopping = true
        log.info('stopping')
        await library.close()
        await new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        })
        log.info('stopped')
      },
    }
  } catch (error) {
    await library.close()
    throw error
  }
}
