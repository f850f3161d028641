import type { Request, RequestHandler, Response } from 'express'
import type { ExecutionResult } from 'graphql'
import { createHandler } from 'graphql-sse'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import type { Authentication } from '../access/authentication.js'
import { isAllowedOrigin } from '../access/origins.js'
import { closingOf, connectionOf } from './operation-turns.js'
import type { StreamedOperations } from './streamed-operations.js'

/**
 * Serves requests that accept `text/event-stream`, by the "distinct connections mode" of the GraphQL over SSE protocol.
 * Other requests go on to the next handler. Bodies must have been parsed.
 */
export function serveEventStreams(
  operations: StreamedOperations,
  { authenticate, clientOf }: Authentication,
  settings: Pick<Settings, 'corsOrigins'>,
): RequestHandler {
  const handle = createHandler<Request, Response>({
    // Without tokens, every operation has its own connection.
    authenticate: () => null,
    async onSubscribe({ raw, context }, request) {
      const prepared = await operations.prepare(request, () => authenticate(raw.headers), {
        client: clientOf(raw),
        connection: connectionOf(raw),
        signal: closingOf(context),
      })
      return 'document' in prepared ? { ...prepared, contextValue: undefined } : once({ errors: prepared })
    },
    // Prepared operations are valid.
    validate: () => [],
    execute: operations.execute,
    subscribe: operations.subscribe,
    onNext: (_context, { context: response }) => flush(response),
  })
  return async (request, response, next) => {
    if (request.get('accept') !== 'text/event-stream') {
      next()
      return
    }
    // Browsers let any page open an event stream, and ask nobody first.
    if (!isAllowedOrigin(request.headers, settings)) throw errors.forgedRequest({})
    const [events, { status, statusText, headers }] = await handle({
      method: request.method,
      url: request.url,
      headers: { get: (name) => (name === 'content-type' ? contentTypeOf(request) : request.get(name)) },
      body: request.body ?? null,
      raw: request,
      context: response,
    })
    if (events === null || typeof events === 'string') {
      throw errors.invalidValue({
        reason: `Invalid GraphQL request: ${reasonIn(events) ?? statusText}.`,
      })
    }
    response.writeHead(status, { ...headers })
    await send(events, response)
  }
}

/** The parser of uploads replaces a multipart body with its JSON. */
const contentTypeOf = (request: Request): string | undefined =>
  request.is('multipart/form-data') ? 'application/json' : request.get('content-type')

/** Errors that end an operation before it runs are streamed, too. */
async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result
}

/** Sends messages until the stream ends or the client hangs up, which ends the subscription. */
async function send(messages: AsyncGenerator<string>, response: Response): Promise<void> {
  const end = () => messages.return(undefined)
  if (response.destroyed) await end()
  else response.once('close', end)
  for await (const message of messages) await write(response, message)
  response.end()
}

/**
 * Waits until the client has taken what was written. `graphql-sse` would queue the events of a subscription for a slow
 * reader; this way it asks for the next event only then.
 */
const flush = async (response: Response): Promise<void> => {
  if (response.headersSent) await write(response, '')
}

/** Resolves when the text is sent, and also when the connection is lost: `close` deals with that. */
const write = (response: Response, text: string): Promise<void> =>
  new Promise((resolve) => response.write(text, () => resolve()))

const refusalSchema = z.object({ errors: z.array(z.object({ message: z.string() })) })

/** The reason in the JSON by which `graphql-sse` refuses a request. */
const reasonIn = (body: string | null): string | undefined =>
  body === null ? undefined : refusalSchema.safeParse(JSON.parse(body)).data?.errors[0]?.message
