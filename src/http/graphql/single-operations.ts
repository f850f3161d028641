import { ApolloServer, type ApolloServerPlugin, type DocumentStore } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { expressMiddleware } from '@as-integrations/express5'
import type { RequestHandler } from 'express'
import { GraphQLError } from 'graphql'
import { errors, ShotboardError } from '../../errors.js'
import type { Context } from '../../schema/context.js'
import { stringify } from '../../system/stringify-in-parts.js'
import { currentScope } from '../../system/work-scope.js'
import type { Authentication } from '../access/authentication.js'
import type { Access } from '../access/keys.js'
import { statusOf } from '../errors.js'
import { createKeptDocuments } from './kept-documents.js'
import type { LargeLists } from './large-lists.js'
import type { OperationPipeline } from './operation-pipeline.js'

interface AccessContext extends Omit<Context, 'lists'> {
  readonly access: Access
  /** Set once the operation has been checked. */
  lists?: Pick<LargeLists, 'fill'>
}

/** Serves single operations by Apollo Server: queries and mutations by POST, queries by GET. */
export async function serveSingleOperations(
  pipeline: OperationPipeline,
  { authenticate }: Authentication,
): Promise<RequestHandler> {
  const apollo = new ApolloServer<AccessContext>({
    schema: pipeline.schema,
    parseOptions: pipeline.parseOptions,
    validationRules: [...pipeline.validationRules],
    documentStore: createDocumentStore(),
    // The pipeline's rules switch introspection.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    // As Apollo Server does it, but a large answer leaves the event loop to others meanwhile.
    stringifyResult: async (answer) => `${await stringify(answer)}\n`,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // Cache control would visit every field of every row; the schema has no cache hints.
      ApolloServerPluginCacheControlDisabled(),
      // Otherwise an APOLLO_KEY in the environment, perhaps of another project, would have requests reported to Apollo.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      checkOperations(pipeline),
      countOperations(pipeline),
    ],
    // The process handles its own signals.
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => pipeline.mask(error).toJSON(),
  })
  await apollo.start()
  const answer = expressMiddleware(apollo, {
    context: async ({ req }) => ({ ...pipeline.createContext(), access: authenticate(req.headers) }),
  })
  return async (request, response, next) => {
    try {
      await answer(request, response, next)
    } catch (error) {
      // An operation that was stopped has been answered. Express would close the connection.
      if (!response.writableEnded) throw error
    }
  }
}

/** Refuses a document with QUERY_TOO_DEEP before Apollo Server parses it; see `requireShallow`. */
export const requireShallowDocument =
  ({ requireShallow, startTimer, mask }: OperationPipeline): RequestHandler =>
  ({ body, query }, _response, next) => {
    const count = startTimer()
    try {
      for (const document of [(body as { query?: unknown } | undefined)?.query, query.query]) {
        if (typeof document === 'string') requireShallow(document)
      }
    } catch (error) {
      count({ errors: [mask(error)] })
      throw error
    }
    next()
  }

function createDocumentStore(): DocumentStore {
  const documents = createKeptDocuments()
  return {
    get: async (key) => documents.get(key),
    async set(key, document) {
      documents.set(key, document)
    },
    async delete(key) {
      documents.delete(key)
    },
  }
}

const checkOperations = ({ check }: OperationPipeline): ApolloServerPlugin<AccessContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, request, contextValue }) {
        const { operationName, variables } = request
        try {
          const lists = await check({ document, operationName, variables }, contextValue.access)
          if (lists) {
            request.variables = { ...lists.variables }
            contextValue.lists = lists
          }
          if (operation?.operation === 'mutation') currentScope()?.letFinish?.()
          if (operation?.operation === 'subscription') throw errors.invalidValue({ reason: subscriptionHint })
        } catch (error) {
          throw error instanceof ShotboardError ? withStatus(error) : error
        }
      },
    }
  },
})

const subscriptionHint =
  'A subscription needs a stream: send the header "Accept: text/event-stream", or use a WebSocket.'

const countOperations = ({ startTimer }: OperationPipeline): ApolloServerPlugin<AccessContext> => ({
  async requestDidStart() {
    const count = startTimer()
    return {
      async willSendResponse({ document, request: { operationName }, response: { body } }) {
        const { errors } = body.kind === 'single' ? body.singleResult : body.initialResult
        count({ document, operationName, errors })
      },
    }
  },
})

/** Apollo Server reads the HTTP status of an operation that did not run from its error. */
const withStatus = (originalError: ShotboardError): GraphQLError =>
  new GraphQLError(originalError.message, {
    originalError,
    extensions: { http: { status: statusOf(originalError.code) } },
  })
