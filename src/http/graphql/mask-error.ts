import { ApolloServerErrorCode } from '@apollo/server/errors'
import { GraphQLError, Kind } from 'graphql'
import type { Logger } from 'pino'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import { withoutPaths } from '../../system/without-paths.js'
import { internalError } from '../errors.js'
import { shortenMessage } from '../shorten-message.js'

/**
 * Returns the function that masks the errors of operations. Errors that Shotboard or GraphQL raises on purpose keep their
 * message and get a code. Any other error is logged, and the client receives INTERNAL_SERVER_ERROR.
 */
export function createErrorMask(
  { maxQueryTokens }: Pick<Settings, 'maxQueryTokens'>,
  log: Logger,
): (raised: unknown) => GraphQLError {
  function visiblePart(error: GraphQLError): Pick<GraphQLError, 'message' | 'extensions'> {
    if (isTooLong(error)) return errors.queryTooLong({ max: maxQueryTokens })
    if (error.originalError instanceof ShotboardError) {
      const { message, extensions } = error.originalError
      return { message: withoutPaths(shortenMessage(message)), extensions }
    }
    // Apollo Server keeps the HTTP status among the extensions.
    const { http: _, ...extensions } = error.extensions
    const { BAD_USER_INPUT, INTERNAL_SERVER_ERROR } = ApolloServerErrorCode
    const code = extensions.code ?? (isRejectedInput(error) ? BAD_USER_INPUT : INTERNAL_SERVER_ERROR)
    if (code !== INTERNAL_SERVER_ERROR) {
      return { message: shortenMessage(error.message), extensions: { ...extensions, code } }
    }
    log.error({ err: error.originalError ?? error }, 'a request failed')
    return internalError
  }

  return (raised) => {
    const error = toGraphqlError(raised)
    const { message, extensions } = visiblePart(error)
    return new GraphQLError(message, { ...locationOf(error), extensions })
  }
}

/** The error with a code, unless it has one. */
export function withCode(raised: unknown, code: string): GraphQLError {
  const error = toGraphqlError(raised)
  const { message, originalError, extensions } = error
  return new GraphQLError(message, {
    ...locationOf(error),
    originalError: originalError ?? null,
    extensions: { code, ...extensions },
  })
}

function toGraphqlError(raised: unknown): GraphQLError {
  if (raised instanceof GraphQLError) return raised
  const originalError = raised instanceof Error ? raised : new Error(reasonOf(raised))
  return new GraphQLError(originalError.message, { originalError })
}

/** The error's place in the document and in the result. */
const locationOf = ({ nodes, source, positions, path }: GraphQLError) => ({
  nodes: nodes ?? null,
  source: source ?? null,
  positions: positions ?? null,
  path: path ?? null,
})

/** Whether GraphQL rejected the request, such as the value of a variable, before a resolver ran. */
const isRejectedInput = ({ originalError, nodes }: GraphQLError): boolean =>
  originalError === undefined || nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION

/** The parser gives this error no code of its own. */
const isTooLong = ({ message, extensions }: GraphQLError): boolean =>
  extensions.code === ApolloServerErrorCode.GRAPHQL_PARSE_FAILED &&
  message.includes('Document contains more that')
