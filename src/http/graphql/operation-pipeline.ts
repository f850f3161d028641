import type { GraphQLError, GraphQLSchema, ParseOptions, ValidationRule } from 'graphql'
import type { Logger } from 'pino'
import type { Context } from '../../schema/context.js'
import type { Settings } from '../../settings/settings.js'
import type { Authentication } from '../access/authentication.js'
import type { Metrics } from '../metrics.js'
import { createOperationCheck, type OperationCheck } from './check-operation.js'
import { type OperationTimer, startOperationTimer } from './count-operations.js'
import { createErrorMask } from './mask-error.js'
import { requireShallow } from './nesting.js'
import { createOperationTurns, type OperationTurns } from './operation-turns.js'
import { createValidationRules } from './validation-rules.js'

/**
 * The steps of every operation, in their order. Apollo Server runs them for single operations (`single-operations.ts`),
 * `streamed-operations.ts` for server-sent events and WebSockets.
 */
export interface OperationPipeline {
  readonly schema: GraphQLSchema
  /** Starts timing an operation. Call the result with the masked errors when the operation has been answered. */
  startTimer(): OperationTimer
  /** Throws QUERY_TOO_DEEP for the text of a document that no parser should see; see `requireShallow`. */
  requireShallow(document: string): void
  readonly parseOptions: ParseOptions
  /** Rules to run after those of the GraphQL specification. */
  readonly validationRules: readonly ValidationRule[]
  readonly check: OperationCheck
  /** A new context. Its loaders cache rows, so every operation and every event of a subscription needs its own. */
  createContext(): Context
  readonly turns: OperationTurns
  /** The error that the client receives for one that was raised; see `createErrorMask`. */
  mask(raised: unknown): GraphQLError
}

export function createOperationPipeline(options: {
  readonly schema: GraphQLSchema
  readonly createContext: () => Context
  readonly authentication: Authentication
  readonly settings: Settings
  readonly metrics: Metrics
  readonly log: Logger
}): OperationPipeline {
  const { schema, createContext, authentication, settings, metrics, log } = options
  return {
    schema,
    startTimer: () => startOperationTimer(metrics),
    requireShallow: (document) => requireShallow(document, settings),
    parseOptions: { maxTokens: settings.maxQueryTokens },
    validationRules: createValidationRules(settings),
    check: createOperationCheck(schema, settings),
    createContext,
    turns: createOperationTurns(settings, authentication),
    mask: createErrorMask(settings, log),
  }
}
