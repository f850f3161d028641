import { ApolloServerErrorCode } from '@apollo/server/errors'
import { mapAsyncIterator } from '@graphql-tools/utils'
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Context } from '../../schema/context.js'
import { createPace } from '../../system/pace.js'
import type { WorkScope } from '../../system/work-scope.js'
import type { Access } from '../access/keys.js'
import { createKeptDocuments } from './kept-documents.js'
import type { LargeLists } from './large-lists.js'
import { withCode } from './mask-error.js'
import type { OperationRequest } from './operation.js'
import type { OperationPipeline } from './operation-pipeline.js'

/** The share of the main thread's time that the states of subscriptions may take. */
const shareOfStates = 0.05

export type Results = AsyncIterableIterator<ExecutionResult>

/** The pipeline for transports that stream; each function is an option of `graphql-sse` and of `graphql-ws`. */
export interface StreamedOperations {
  /**
   * Parses, validates and checks an operation. Returns its errors, if any, instead of throwing them. `scope` is that of its
   * connection.
   */
  prepare(
    request: OperationRequest,
    authenticate: () => Access,
    scope: WorkScope,
  ): Promise<ExecutionArgs | readonly GraphQLError[]>
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): Promise<ExecutionResult>
  /** Runs a subscription. Returns a single result with errors if its events cannot be subscribed to. */
  subscribe(args: ExecutionArgs): Promise<Results | ExecutionResult>
}

export function createStreamedOperations(pipeline: OperationPipeline): StreamedOperations {
  const { schema, createContext, startTimer, mask } = pipeline
  const rules = [...specifiedRules, ...pipeline.validationRules]

  /** Valid documents, by text. */
  const documents = createKeptDocuments()

  /** By document: each operation has its own. */
  const scopes = new WeakMap<DocumentNode, WorkScope>()

  /** Large lists of its variables, by document. */
  const lists = new WeakMap<DocumentNode, LargeLists>()

  const contextOf = ({ document }: ExecutionArgs): Context => {
    const own = lists.get(document)
    return { ...createContext(), ...(own && { lists: own }) }
  }

  /** What distinguishes an operation from others, by document. */
  const keys = new WeakMap<DocumentNode, string>()

  const masked = ({ errors, ...result }: ExecutionResult): ExecutionResult =>
    errors ? { ...result, errors: errors.map(mask) } : result

  const run = async (args: ExecutionArgs): Promise<ExecutionResult> =>
    masked(await execute({ ...args, contextValue: contextOf(args) }))

  /** Answers to the states of subscriptions, by state. Those who ask for the same share one. */
  const answers = new WeakMap<object, Map<string, Promise<ExecutionResult>>>()
  const pace = createPace(shareOfStates)

  /** The answer to one event of a subscription. Its source emits the same object to all who watch the same. */
  function answerTo(state: unknown, args: ExecutionArgs): Promise<ExecutionResult> {
    const compute = () => pace(() => run({ ...args, rootValue: state }))
    const key = keys.get(args.document)
    if (typeof state !== 'object' || state === null || key === undefined) return compute()
    const known = answers.get(state) ?? new Map<string, Promise<ExecutionResult>>()
    answers.set(state, known)
    const answer = known.get(key) ?? compute()
    known.set(key, answer)
    return answer
  }

  return {
    async prepare({ query, variables, operationName }, authenticate, scope) {
      const count = startTimer()
      const refuse = (raised: readonly unknown[], document?: DocumentNode): readonly GraphQLError[] => {
        const errors = raised.map(mask)
        count({ document, operationName, errors })
        return errors
      }
      let valid = documents.get(query)
      if (valid === undefined) {
        try {
          pipeline.requireShallow(query)
          valid = parse(query, pipeline.parseOptions)
        } catch (error) {
          return refuse([withCode(error, ApolloServerErrorCode.GRAPHQL_PARSE_FAILED)])
        }
        const problems = validate(schema, valid, rules)
        if (problems.length > 0) {
          const code = ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED
          const coded = problems.map((problem) => withCode(problem, code))
          return refuse(coded, valid)
        }
        documents.set(query, valid)
      }
      // Each operation has its own, by which it is known below.
      const document = { ...valid }
      try {
        const taken = await pipeline.check({ document, operationName, variables }, authenticate())
        if (taken) lists.set(document, taken)
      } catch (error) {
        return refuse([error], document)
      }
      scopes.set(document, scope)
      keys.set(document, JSON.stringify([query, operationName ?? null, variables ?? null]))
      const variableValues = lists.get(document)?.variables ?? variables ?? {}
      return { schema, document, variableValues, operationName: operationName ?? null }
    },

    async execute(args) {
      const count = startTimer()
      const scope = scopes.get(args.document)
      if (scope === undefined) throw new Error('an operation ran that was not prepared')
      const isMutation = getOperationAST(args.document, args.operationName)?.operation === 'mutation'
      const work = () => run(args)
      const result = await pipeline.turns
        .run(scope, isMutation, work)
        .catch((error: unknown): ExecutionResult => ({ errors: [mask(error)] }))
      count({ ...args, errors: result.errors })
      return result
    },

    async subscribe(args) {
      const count = startTimer()
      // Not `subscribe` of graphql: it gives every event the same context.
      const events = await createSourceEventStream({ ...args, contextValue: contextOf(args) })
      if (!(Symbol.asyncIterator in events)) {
        const result = masked(events)
        count({ ...args, errors: result.errors })
        return result
      }
      count(args)
      return mapAsyncIterator(
        events,
        (rootValue) => answerTo(rootValue, args),
        (error: unknown) => ({ errors: [mask(error)] }),
      )
    },
  }
}
