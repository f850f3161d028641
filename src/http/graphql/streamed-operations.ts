import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Logger } from 'pino'
import { errors, ShotboardError } from '../../errors.js'
import type { Context } from '../../schema/context.js'
import type { Settings } from '../../settings/settings.js'
import type { Access } from '../access/keys.js'
import type { Metrics } from '../metrics.js'
import { isTooLong, requireAllowed } from './operation-limits.js'
import { operationNameOf, outcomeOf } from './operation-name.js'
import { coded, maskStreamedError } from './streamed-errors.js'

/** An operation as a client sends it. */
export interface OperationRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  readonly operationName?: string | null | undefined
}

export type Results = AsyncIterableIterator<ExecutionResult>

/** What the transports that stream do with an operation; single requests go through Apollo Server. */
export interface StreamedOperations {
  /** Parses and checks an operation; what is wrong with it is returned, not thrown. */
  prepare(request: OperationRequest, access: Access): ExecutionArgs | readonly GraphQLError[]
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): Promise<ExecutionResult>
  /** Runs a subscription; one that cannot be subscribed to answers once, with errors. */
  subscribe(args: ExecutionArgs): Promise<Results | ExecutionResult>
}

export function createStreamedOperations(options: {
  readonly schema: GraphQLSchema
  readonly createContext: () => Context
  readonly settings: Settings
  readonly metrics: Metrics
  readonly log: Logger
}): StreamedOperations {
  const { schema, createContext, settings, metrics, log } = options
  const mask = maskStreamedError(log)
  const rules = settings.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]

  const masked = ({ errors, ...result }: ExecutionResult): ExecutionResult =>
    errors ? { ...result, errors: errors.map(mask) } : result

  const run = async (args: ExecutionArgs): Promise<ExecutionResult> =>
    masked(await execute({ ...args, contextValue: createContext() }))

  async function subscribe(args: ExecutionArgs): Promise<Results | ExecutionResult> {
    const events = await createSourceEventStream({ ...args, contextValue: createContext() })
    if (!(Symbol.asyncIterator in events)) return masked(events)
    // Each event has a context of its own, for loaders remember what they have read.
    return mapEach(events[Symbol.asyncIterator](), (rootValue) => run({ ...args, rootValue }))
  }

  async function counted<T extends Results | ExecutionResult>(
    { document, operationName }: ExecutionArgs,
    work: () => Promise<T>,
  ): Promise<T> {
    const started = performance.now()
    const result = await work()
    metrics.onAnswered({
      operation: operationNameOf(document, operationName),
      outcome: 'next' in result ? 'ok' : outcomeOf(result.errors),
      seconds: (performance.now() - started) / 1000,
    })
    return result
  }

  return {
    prepare({ query, variables, operationName }, access) {
      try {
        const document = parse(query, { maxTokens: settings.maxQueryTokens })
        const problems = validate(schema, document, rules)
        if (problems.length > 0) return problems.map((problem) => coded(problem, 'GRAPHQL_VALIDATION_FAILED'))
        requireAllowed(schema, { document, operationName, variables }, access, settings)
        return { schema, document, variableValues: variables ?? {}, operationName: operationName ?? null }
      } catch (error) {
        const problem = asGraphqlError(error, settings.maxQueryTokens)
        if (!problem) throw error
        return [problem]
      }
    },
    execute: (args) => counted(args, () => run(args)),
    subscribe: (args) => counted(args, () => subscribe(args)),
  }
}

/** What may be wrong with an operation before it runs, with its code. */
function asGraphqlError(error: unknown, maxTokens: number): GraphQLError | undefined {
  if (error instanceof ShotboardError) {
    return new GraphQLError(error.message, { extensions: { ...error.extensions } })
  }
  if (!(error instanceof GraphQLError)) return undefined
  if (isTooLong(error.message)) return asGraphqlError(errors.queryTooLong({ max: maxTokens }), maxTokens)
  return coded(error, 'GRAPHQL_PARSE_FAILED')
}

/** An async generator would hold back a `return` until the event that it waits for. */
function mapEach(source: AsyncIterator<unknown>, map: (value: unknown) => Promise<ExecutionResult>): Results {
  return {
    async next() {
      const { value, done } = await source.next()
      return done ? { value: undefined, done } : { value: await map(value), done: false }
    },
    async return() {
      await source.return?.()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
