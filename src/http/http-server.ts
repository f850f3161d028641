import { createServer, type Server } from 'node:http'
import express from 'express'
import type { Logger } from 'pino'
import { errors } from '../errors.js'
import type { Library } from '../library/index.js'
import { createAnswerBudget } from '../schema/answer-budget.js'
import type { Context } from '../schema/context.js'
import { guardFields } from '../schema/guard-fields.js'
import { createLoaders } from '../schema/loaders.js'
import { createSchema } from '../schema/schema.js'
import type { Settings } from '../settings/settings.js'
import { createAuthentication, requireKey } from './access/authentication.js'
import { requireAllowedHost } from './access/hosts.js'
import { allowOrigins } from './access/origins.js'
import { serveSignIn } from './access/sign-in.js'
import { reportError } from './errors.js'
import { serveAdapter } from './files/adapters.js'
import { serveClassificationPart } from './files/classifications.js'
import { serveClassifier, serveClassifierModel } from './files/classifiers.js'
import { serveDashboard } from './files/dashboard.js'
import {
  serveComparisonCsv,
  serveComparisonJson,
  serveDatasetManifest,
  serveSupportSet,
} from './files/exports.js'
import { serveImage } from './files/images.js'
import { serveReport } from './files/report.js'
import { createGracefulShutdown } from './graceful-shutdown.js'
import { serveEventStreams } from './graphql/event-stream.js'
import { serveIde } from './graphql/ide.js'
import { createOperationPipeline } from './graphql/operation-pipeline.js'
import { requireShallowDocument, serveSingleOperations } from './graphql/single-operations.js'
import { createStreamedOperations } from './graphql/streamed-operations.js'
import { acceptUploads } from './graphql/uploads.js'
import { serveWebSockets } from './graphql/websocket.js'
import { serveHealth } from './health.js'
import type { Metrics } from './metrics.js'
import { logRequests } from './request-log.js'

export interface HttpServer {
  /** It does not listen yet. */
  readonly server: Server
  /** Refuses new requests, ends subscriptions, and waits for other responses, at most `graceMs`. */
  finish(graceMs: number): Promise<void>
}

/** Creates the HTTP server of a library: GraphQL with its IDE, files, and the dashboard. */
export async function createHttpServer(options: {
  readonly library: Library
  readonly settings: Settings
  readonly metrics: Metrics
  readonly log: Logger
}): Promise<HttpServer> {
  const { library, settings, metrics, log } = options
  const schema = guardFields(await createSchema())
  const createContext = (): Context => ({
    library,
    loaders: createLoaders(library),
    limits: settings,
    answer: createAnswerBudget(settings),
    publicUrl: settings.publicUrl,
  })
  const authentication = createAuthentication(settings)
  const pipeline = createOperationPipeline({ schema, createContext, authentication, settings, metrics, log })
  const { admit, handle, inTurn, enter } = pipeline.turns
  const streams = createStreamedOperations(pipeline)
  const shutdown = createGracefulShutdown()

  const app = express()
  app.disable('x-powered-by')
  // A tag is a hash of the whole answer, which holds the event loop. What may be kept has a tag of its own.
  app.disable('etag')
  app.use(shutdown.trackResponses, logRequests(log, metrics.onAnswered))
  app.use((_request, response, next) => {
    // No browser guesses that an answer is a page or a script.
    response.set('X-Content-Type-Options', 'nosniff')
    next()
  })
  app.use(serveHealth(library, shutdown.hasStarted))
  app.use(shutdown.refuseRequests, requireAllowedHost(settings), allowOrigins(settings))
  app.use(serveSignIn(authentication), requireKey(authentication))
  app.get('/metrics', metrics.serve)
  app.get('/images/:id', enter, serveImage(library, authentication))
  app.get('/comparisons/:id.json', inTurn(serveComparisonJson(library)))
  app.get('/comparisons/:id.csv', inTurn(serveComparisonCsv(library)))
  app.get('/comparisons/:id.html', inTurn(serveReport(library)))
  app.get('/datasets/:id.json', inTurn(serveDatasetManifest(library)))
  app.get('/support-sets/:id.safetensors', inTurn(serveSupportSet(library)))
  app.get('/adapters/:encoder/:name.safetensors', inTurn(serveAdapter(library)))
  app.get('/classifiers/:name.tar', inTurn(serveClassifier(library)))
  app.get('/classifiers/:name.onnx', inTurn(serveClassifierModel(library)))
  app.get('/classifications/:id/:file', inTurn(serveClassificationPart(library)))
  app.get('/graphql', serveIde())
  app.use(
    '/graphql',
    admit,
    await acceptUploads(settings, authentication),
    express.json({ limit: settings.maxRequestMegabytes * 2 ** 20 }),
  )
  app.use('/graphql', serveEventStreams(streams, authentication, settings))
  app.use(
    '/graphql',
    handle,
    requireShallowDocument(pipeline),
    await serveSingleOperations(pipeline, authentication),
  )
  app.use(serveDashboard())
  app.use((request) => {
    throw errors.notFound({ path: request.path })
  })
  app.use(reportError(settings, log))
  const server = createServer(app)
  // Node's 5 s end a connection just as a client or a proxy sends the next request on it.
  server.keepAliveTimeout = 65_000
  const closeWebSockets = serveWebSockets(server, { operations: streams, authentication, settings, log })
  return {
    server,
    async finish(graceMs) {
      await Promise.all([closeWebSockets(), shutdown.start(graceMs)])
    },
  }
}
