import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { expressMiddleware } from '@as-integrations/express5'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import graphqlUploadExpress from 'graphql-upload/graphqlUploadExpress.mjs'
import type { Logger } from 'pino'
import { contentTypeOf, type ImageFormat } from './encoders/image.js'
import { requireThumbnailSize, thumbnailOf } from './encoders/thumbnail.js'
import { errors, reasonOf, ShotboardError } from './errors.js'
import { serveEventStream } from './http/event-stream.js'
import { maskStreamedError } from './http/streamed-errors.js'
import { createStreamedOperations } from './http/streamed-operations.js'
import { serveWebSockets } from './http/websocket.js'
import type { Library } from './library/library.js'
import type { Context } from './schema/context.js'
import { createLoaders } from './schema/loaders.js'
import { createSchema } from './schema/schema.js'

/** Files in one multipart request. */
const mostFiles = 1000

export interface HttpServer {
  /** Not listening yet. */
  readonly server: Server
  /** Says goodbye to WebSocket clients, which the server would wait for otherwise. */
  endSockets(): Promise<void>
}

/** The HTTP server of a library: GraphQL with its IDE, and the images. */
export async function createHttpServer(options: {
  readonly library: Library
  readonly maxRequestMegabytes: number
  readonly log: Logger
}): Promise<HttpServer> {
  const { library, maxRequestMegabytes, log } = options
  const schema = await createSchema()
  const createContext = (): Context => ({ library, loaders: createLoaders(library.store) })
  const app = express()
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    plugins: [ApolloServerPluginLandingPageDisabled()],
    // Whoever runs this process decides how it ends.
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => maskInternalError(formatted, error, log),
  })
  await apollo.start()
  const operations = createStreamedOperations({
    schema,
    createContext,
    mask: maskStreamedError(internalError, log),
  })

  const bytes = maxRequestMegabytes * 2 ** 20
  const tooLarge = errors.requestTooLarge({ megabytes: maxRequestMegabytes })
  app.disable('x-powered-by')
  app.get('/images/:id', serveImage(library))
  app.get('/', (_request, response) => response.redirect('/graphql'))
  app.get('/graphql', serveIde())
  app.use(
    '/graphql',
    limitMultipart(bytes, tooLarge),
    graphqlUploadExpress({ maxFileSize: bytes, maxFiles: mostFiles, maxFieldSize: bytes }),
    express.json({ limit: bytes }),
    serveEventStream(operations),
    expressMiddleware(apollo, { context: async () => createContext() }),
  )
  app.use(reportRequestError(tooLarge, log))
  const server = createServer(app)
  return { server, endSockets: serveWebSockets(server, { operations, maxMessageBytes: bytes }) }
}

/**
 * Refuses a multipart request that is too large as a whole, before any of it is read: its parser knows the size of single
 * files alone.
 */
function limitMultipart(bytes: number, tooLarge: ShotboardError): RequestHandler {
  return (request, _response, next) => {
    const length = request.get('content-length')
    if (!request.is('multipart/form-data')) next()
    else if (length === undefined) next(errors.lengthRequired({}))
    else if (Number(length) > bytes) next(tooLarge)
    else next()
  }
}

const internalError = new ShotboardError(
  'INTERNAL_SERVER_ERROR',
  'Something went wrong inside Shotboard; its log says what.',
)

/** What Shotboard did not raise on purpose is logged and told without its insides. */
function maskInternalError(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: Logger,
): GraphQLFormattedError {
  if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted
  log.error({ err: error instanceof GraphQLError ? error.originalError : error }, 'a request failed')
  return { ...formatted, message: internalError.message }
}

/** The IDE for browsers that open the endpoint; it is one page, made by the build, that needs no network. */
function serveIde(): RequestHandler {
  const page = fileURLToPath(new URL('../dist/ide.html', import.meta.url))
  return (request, response, next) => {
    const wantsPage = request.query.query === undefined && request.accepts(['json', 'html']) === 'html'
    if (wantsPage) response.sendFile(page)
    else next()
  }
}

function serveImage(library: Library): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { id } = request.params
    const [image] = await library.store.images.byIds([id])
    if (!image) throw errors.unknownImage({ id }, 'id')
    const { size } = request.query
    const side = typeof size === 'string' ? Number(size) : undefined
    if (side !== undefined) requireThumbnailSize(side, 'size')
    const original = await library.imageFiles.read(id)
    const bytes = side === undefined ? original : await thumbnailOf(original, side)
    response.set({
      'Content-Type': side === undefined ? contentTypeOf(image.format as ImageFormat) : 'image/webp',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'",
      // An image's address is its content.
      'Cache-Control': 'public, max-age=31536000, immutable',
      ETag: side === undefined ? `"${id}"` : `"${id}-${side}"`,
    })
    response.send(bytes)
  }
}

/** Errors outside of GraphQL in GraphQL's form. */
function reportRequestError(tooLarge: ShotboardError, log: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const { status, problem } = describeRequestError(error, tooLarge)
    if (status === 500) log.error({ err: error }, 'a request failed')
    response.status(status).json({ errors: [{ message: problem.message, extensions: problem.extensions }] })
  }
}

/** The statuses of Shotboard's own errors outside of GraphQL. */
const statuses: Readonly<Record<string, number>> = {
  UNKNOWN_IMAGE: 404,
  LENGTH_REQUIRED: 411,
  REQUEST_TOO_LARGE: 413,
}

function describeRequestError(
  error: unknown,
  tooLarge: ShotboardError,
): { readonly status: number; readonly problem: ShotboardError } {
  if (error instanceof ShotboardError) return { status: statuses[error.code] ?? 400, problem: error }
  const status =
    error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
  if (error instanceof Error && 'type' in error && error.type === 'entity.too.large') {
    return { status, problem: tooLarge }
  }
  if (status >= 400 && status < 500) {
    const code = status === 413 ? tooLarge.code : 'BAD_REQUEST'
    return { status, problem: new ShotboardError(code, reasonOf(error)) }
  }
  return {
    status: 500,
    problem: internalError,
  }
}
