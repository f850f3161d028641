import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import type { Context } from '../schema/context.js'
import { coded } from './streamed-errors.js'

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
  prepare(request: OperationRequest): ExecutionArgs | readonly GraphQLError[]
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): Promise<ExecutionResult>
  /** Runs a subscription; one that cannot be subscribed to answers once, with errors. */
  subscribe(args: ExecutionArgs): Promise<Results | ExecutionResult>
}

export function createStreamedOperations(options: {
  readonly schema: GraphQLSchema
  readonly createContext: () => Context
  /** What clients may know of an error. */
  readonly mask: (error: GraphQLError) => GraphQLError
}): StreamedOperations {
  const { schema, createContext, mask } = options

  const masked = ({ errors, ...result }: ExecutionResult): ExecutionResult =>
    errors ? { ...result, errors: errors.map(mask) } : result

  const run = async (args: ExecutionArgs): Promise<ExecutionResult> =>
    masked(await execute({ ...args, contextValue: createContext() }))

  return {
    prepare({ query, variables, operationName }) {
      try {
        const document = parse(query)
        const problems = validate(schema, document)
        if (problems.length > 0) return problems.map((problem) => coded(problem, 'GRAPHQL_VALIDATION_FAILED'))
        return { schema, document, variableValues: variables ?? {}, operationName: operationName ?? null }
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error
        return [coded(error, 'GRAPHQL_PARSE_FAILED')]
      }
    },
    execute: run,
    async subscribe(args) {
      const events = await createSourceEventStream({ ...args, contextValue: createContext() })
      if (!(Symbol.asyncIterator in events)) return masked(events)
      // Each event has a context of its own, for loaders remember what they have read.
      return mapEach(events[Symbol.asyncIterator](), (rootValue) => run({ ...args, rootValue }))
    },
  }
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
