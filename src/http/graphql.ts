import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { expressMiddleware } from '@as-integrations/express5'
import type { RequestHandler } from 'express'
import type { GraphQLSchema } from 'graphql'
import type { Logger } from 'pino'
import type { Context } from '../schema/context.js'
import { maskInternalError } from './errors.js'

/** Single operations: queries and mutations by POST, queries by GET. */
export async function answerOperations(options: {
  readonly schema: GraphQLSchema
  readonly createContext: () => Context
  readonly log: Logger
}): Promise<RequestHandler> {
  const { schema, createContext, log } = options
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
  return expressMiddleware(apollo, { context: async () => createContext() })
}
