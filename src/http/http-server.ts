import { createServer, type Server } from 'node:http'
import express from 'express'
import type { Logger } from 'pino'
import type { Library } from '../library/library.js'
import type { Context } from '../schema/context.js'
import { createLoaders } from '../schema/loaders.js'
import { createSchema } from '../schema/schema.js'
import type { Settings } from '../settings/settings.js'
import { serveDashboard } from './dashboard.js'
import { reportError } from './errors.js'
import { serveEventStream } from './event-stream.js'
import { serveComparisonCsv, serveComparisonJson } from './exports.js'
import { answerOperations } from './graphql.js'
import { serveIde } from './ide.js'
import { serveImage } from './images.js'
import { serveReport } from './report.js'
import { maskStreamedError } from './streamed-errors.js'
import { createStreamedOperations } from './streamed-operations.js'
import { acceptUploads } from './uploads.js'
import { serveWebSockets } from './websocket.js'

export interface HttpServer {
  /** Not listening yet. */
  readonly server: Server
  /** Says goodbye to WebSocket clients, which the server would wait for otherwise. */
  endSockets(): Promise<void>
}

/** The HTTP server of a library: GraphQL with its IDE, the images, and the dashboard. */
export async function createHttpServer(options: {
  readonly library: Library
  readonly settings: Settings
  readonly log: Logger
}): Promise<HttpServer> {
  const { library, settings, log } = options
  const bytes = settings.maxRequestMegabytes * 2 ** 20
  const schema = await createSchema()
  const createContext = (): Context => ({ library, loaders: createLoaders(library.store), limits: settings })
  const operations = createStreamedOperations({ schema, createContext, mask: maskStreamedError(log) })

  const app = express()
  app.disable('x-powered-by')
  app.get('/images/:id', serveImage(library))
  app.get('/comparisons/:id.json', serveComparisonJson(library))
  app.get('/comparisons/:id.csv', serveComparisonCsv(library))
  app.get('/comparisons/:id.html', serveReport(library))
  app.get('/graphql', serveIde())
  app.use('/graphql', acceptUploads(settings), express.json({ limit: bytes }))
  app.use('/graphql', serveEventStream(operations), await answerOperations({ schema, createContext, log }))
  app.use(serveDashboard())
  app.use(reportError(settings, log))
  const server = createServer(app)
  return { server, endSockets: serveWebSockets(server, { operations, maxMessageBytes: bytes }) }
}
