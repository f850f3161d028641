import { GraphQLError } from 'graphql'
import type { Logger } from 'pino'
import { internalError } from '../errors.js'

// Errors of operations that are streamed, told as Apollo Server tells those of single requests.

/** An error with that code. */
export const coded = (error: GraphQLError, code: string): GraphQLError =>
  retold(error, error.message, { code })

/** What clients may know of an error: what Shotboard did not raise on purpose is logged and told without its insides. */
export const maskStreamedError =
  (log: Logger) =>
  (error: GraphQLError): GraphQLError => {
    if (error.extensions.code !== undefined) return error
    // What GraphQL itself finds wrong before anything is resolved, such as a variable of another type.
    if (!error.originalError) return coded(error, 'BAD_USER_INPUT')
    log.error({ err: error.originalError }, 'a request failed')
    return retold(error, internalError.message, internalError.extensions)
  }

function retold(
  { nodes, source, positions, path }: GraphQLError,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  })
}
