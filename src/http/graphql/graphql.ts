import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import { expressMiddleware } from '@as-integrations/express5'
import type { RequestHandler } from 'express'
import { GraphQLError, type GraphQLSchema } from 'graphql'
import type { Logger } from 'pino'
import { ShotboardError } from '../../errors.js'
import type { Context } from '../../schema/context.js'
import type { Settings } from '../../settings/settings.js'
import type { Authentication } from '../access/authentication.js'
import type { Access } from '../access/keys.js'
import { describeFailure, statusOf } from '../errors.js'
import type { Metrics } from '../metrics.js'
import { type OperationLimits, requireAllowed } from './operation-limits.js'
import { operationNameOf, outcomeOf } from './operation-name.js'

type AccessContext = Context & { readonly access: Access }

/** Single operations: queries and mutations by POST, queries by GET. */
export async function answerOperations(options: {
  readonly schema: GraphQLSchema
  readonly createContext: () => Context
  readonly authentication: Authentication
  readonly settings: Settings
  readonly metrics: Metrics
  readonly log: Logger
}): Promise<RequestHandler> {
  const { schema, createContext, authentication, settings, metrics, log } = options
  const apollo = new ApolloServer<AccessContext>({
    schema,
    introspection: settings.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    parseOptions: { maxTokens: settings.maxQueryTokens },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would look at every field of every row, and there are no hints in this schema for it to find.
      ApolloServerPluginCacheControlDisabled(),
      limitOperations(settings),
      countOperations(metrics),
    ],
    // Whoever runs this process decides how it ends.
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => describeFailure(formatted, error, settings, log),
  })
  await apollo.start()
  return expressMiddleware(apollo, {
    context: async ({ req }) => ({ ...createContext(), access: authentication.authenticate(req.headers) }),
  })
}

const limitOperations = (limits: OperationLimits): ApolloServerPlugin<AccessContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operationName, request, contextValue }) {
        try {
          const { variables } = request
          requireAllowed(schema, { document, operationName, variables }, contextValue.access, limits)
        } catch (error) {
          throw error instanceof ShotboardError ? withStatus(error) : error
        }
      },
    }
  },
})

const countOperations = ({ onAnswered }: Metrics): ApolloServerPlugin<AccessContext> => ({
  async requestDidStart() {
    const started = performance.now()
    return {
      async willSendResponse({ document, operationName, errors }) {
        onAnswered({
          operation: operationNameOf(document, operationName),
          outcome: outcomeOf(errors),
          seconds: (performance.now() - started) / 1000,
        })
      },
    }
  },
})

/** Apollo Server takes the status of what never came to be executed from the error. */
const withStatus = ({ message, code, extensions }: ShotboardError): GraphQLError =>
  new GraphQLError(message, { extensions: { ...extensions, http: { status: statusOf(code) } } })
