import type { Request, RequestHandler, Response } from 'express'
import { type ExecutionResult, getOperationAST } from 'graphql'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Authentication } from '../access/authentication.js'
import type { Access } from '../access/keys.js'
import type { Results, StreamedOperations } from './streamed-operations.js'

/** A comment now and then, so that nobody between takes a silent stream for a dead one. */
const msBetweenComments = 12_000

/**
 * Answers requests that accept `text/event-stream` by the "distinct connections mode" of the GraphQL over SSE protocol: a
 * `next` event for each result, then `complete`. Other requests, and JSON bodies, are others' to deal with.
 */
export const serveEventStream =
  (operations: StreamedOperations, { authenticate }: Authentication): RequestHandler =>
  async (request, response, next) => {
    if (request.get('accept') !== 'text/event-stream') {
      next()
      return
    }
    const results = await start(operations, request, authenticate(request.headers))
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
    })
    await send(results, response)
  }

const variablesSchema = z.record(z.string(), z.unknown()).nullish()
const bodySchema = z.object({
  query: z.string(),
  variables: variablesSchema,
  operationName: z.string().nullish(),
})
/** In an address, the variables are JSON. */
const addressSchema = bodySchema.extend({
  variables: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue('must be JSON')
        return z.NEVER
      }
    })
    .pipe(variablesSchema)
    .optional(),
})

/** Throws INVALID_VALUE for what is no operation, and for a mutation that any page could ask for by an address. */
async function start(
  operations: StreamedOperations,
  request: Request,
  access: Access,
): Promise<Results | ExecutionResult> {
  const isGet = request.method === 'GET'
  const parsed = isGet ? addressSchema.safeParse(request.query) : bodySchema.safeParse(request.body ?? {})
  if (!parsed.success) throw errors.invalidValue({ reason: z.prettifyError(parsed.error) })
  const prepared = operations.prepare(parsed.data, access)
  if (!('document' in prepared)) return { errors: prepared }
  const operation = getOperationAST(prepared.document, prepared.operationName)?.operation
  if (operation === 'subscription') return operations.subscribe(prepared)
  if (operation === 'mutation' && isGet) throw errors.invalidValue({ reason: 'A mutation must be a POST.' })
  return operations.execute(prepared)
}

/** Sends results as fast as the client takes them, and asks for no more once it has hung up. */
async function send(results: Results | ExecutionResult, response: Response): Promise<void> {
  const write = (text: string) => new Promise<void>((resolve) => response.write(text, () => resolve()))
  const comments = setInterval(() => write(':\n\n'), msBetweenComments)
  try {
    await write(':\n\n')
    if ('next' in results) {
      response.once('close', () => results.return?.())
      for await (const result of results) await write(eventOf(result))
    } else {
      await write(eventOf(results))
    }
  } finally {
    clearInterval(comments)
    response.end('event: complete\ndata:\n\n')
  }
}

const eventOf = (result: ExecutionResult): string => `event: next\ndata: ${JSON.stringify(result)}\n\n`
