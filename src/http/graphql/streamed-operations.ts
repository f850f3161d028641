import { ApolloServerErrorCode } from '@apollo/server/errors'
import { mapAsyncIterator } from '@graphql-tools/utils'
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Access } from '../access/keys.js'
import { withCode } from './mask-error.js'
import type { OperationRequest } from './operation.js'
import type { OperationPipeline } from './operation-pipeline.js'

export type Results = AsyncIterableIterator<ExecutionResult>

/** The pipeline for transports that stream; each function is an option of `graphql-sse` and of `graphql-ws`. */
export interface StreamedOperations {
  /** Parses, validates and checks an operation. Returns its errors, if any, instead of throwing them. */
  prepare(request: OperationRequest, authenticate: () => Access): ExecutionArgs | readonly GraphQLError[]
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): Promise<ExecutionResult>
  /** Runs a subscription. Returns a single result with errors if its events cannot be subscribed to. */
  subscribe(args: ExecutionArgs): Promise<Results | ExecutionResult>
}

export function createStreamedOperations(pipeline: OperationPipeline): StreamedOperations {
  const { schema, createContext, startTimer, mask } = pipeline
  const rules = [...specifiedRules, ...pipeline.validationRules]

  const masked = ({ errors, ...result }: ExecutionResult): ExecutionResult =>
    errors ? { ...result, errors: errors.map(mask) } : result

  const run = async (args: ExecutionArgs): Promise<ExecutionResult> =>
    masked(await execute({ ...args, contextValue: createContext() }))

  return {
    prepare({ query, variables, operationName }, authenticate) {
      const count = startTimer()
      const refuse = (raised: readonly unknown[], document?: DocumentNode): readonly GraphQLError[] => {
        const errors = raised.map(mask)
        count({ document, operationName, errors })
        return errors
      }
      let document: DocumentNode
      try {
        document = parse(query, pipeline.parseOptions)
      } catch (error) {
        return refuse([withCode(error, ApolloServerErrorCode.GRAPHQL_PARSE_FAILED)])
      }
      const problems = validate(schema, document, rules)
      if (problems.length > 0) {
        const code = ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED
        const coded = problems.map((problem) => withCode(problem, code))
        return refuse(coded, document)
      }
      try {
        pipeline.check({ document, operationName, variables }, authenticate())
      } catch (error) {
        return refuse([error], document)
      }
      return { schema, document, variableValues: variables ?? {}, operationName: operationName ?? null }
    },

    async execute(args) {
      const count = startTimer()
      const result = await run(args)
      count({ ...args, errors: result.errors })
      return result
    },

    async subscribe(args) {
      const count = startTimer()
      // Not `subscribe` of graphql: it gives every event the same context.
      const events = await createSourceEventStream({ ...args, contextValue: createContext() })
      if (!(Symbol.asyncIterator in events)) {
        const result = masked(events)
        count({ ...args, errors: result.errors })
        return result
      }
      count(args)
      return mapAsyncIterator(
        events,
        (rootValue) => run({ ...args, rootValue }),
        (error: unknown) => ({ errors: [mask(error)] }),
      )
    },
  }
}
