import { ApolloServerErrorCode } from '@apollo/server/errors'
import { GraphQLError, type GraphQLSchema, getOperationAST, getVariableValues } from 'graphql'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import { pauseIfHeld } from '../../system/yield-to-event-loop.js'
import type { Access } from '../access/keys.js'
import { entriesIn } from './entries-in.js'
import { keptCosts } from './kept-costs.js'
import { type LargeLists, takeLargeLists } from './large-lists.js'
import type { ParsedOperation } from './operation.js'
import { createOperationCost } from './operation-cost.js'

/** Checks a valid operation before it runs. Large lists of its variables are to be run with as they are returned. */
export type OperationCheck = (operation: ParsedOperation, access: Access) => Promise<LargeLists | undefined>

/**
 * A check that throws OPERATION_RESOLUTION_FAILURE if the document does not say which operation to run, FORBIDDEN for a mutation with
 * a read-only key, and QUERY_TOO_COSTLY above the limit of the setting `maxQueryCost`.
 */
export function createOperationCheck(
  schema: GraphQLSchema,
  { maxQueryCost }: Pick<Settings, 'maxQueryCost'>,
): OperationCheck {
  const { costOf: count, costOfCoerced } = createOperationCost(schema)
  const costOf = keptCosts(count)
  return async (operation, access) => {
    const { document, operationName, variables } = operation
    const definition = getOperationAST(document, operationName)
    if (!definition) throw errors.operationNotChosen({ name: operationName })
    if (definition.operation === 'mutation' && access !== 'write') throw errors.forbidden({})
    // Whatever is done with them costs more. They are counted before they are read in any other way.
    if (entriesIn(variables, maxQueryCost) > maxQueryCost) {
      throw errors.queryTooCostly({ max: maxQueryCost, cost: undefined })
    }
    // The lists of subscriptions are short: their arguments are ids of jobs.
    const isStream = definition.operation === 'subscription'
    const lists = isStream ? undefined : await takeLargeLists(schema, definition, variables)
    const inputs = { ...(lists?.variables ?? variables) }
    // Each error shows the whole value: those of an object with thousands of wrong fields would take minutes.
    const { coerced, errors: wrong } = getVariableValues(
      schema,
      definition.variableDefinitions ?? [],
      inputs,
      { maxErrors: 1 },
    )
    // Execution reports variables of the wrong type, the first 50 of them, where the values are few.
    if (coerced === undefined) {
      const isLong = entriesIn(inputs, maxReported, true) > maxReported
      if (isLong && (wrong?.length ?? 0) > 1) throw tooManyWrong(wrong?.[0])
      return lists
    }
    lists?.fillLengths(coerced)
    const counted = lists
      ? costOfCoerced({ ...operation, variables: coerced }, maxQueryCost)
      : costOf(operation, maxQueryCost)
    const cost = counted === undefined ? undefined : counted + (lists?.nested ?? 0)
    if (cost === undefined || cost > maxQueryCost) throw errors.queryTooCostly({ max: maxQueryCost, cost })
    if (lists) await pauseIfHeld()
    return lists
  }
}

/** Of variables with more values than this, one mistake is reported. */
const maxReported = 1000

const tooManyWrong = (first: GraphQLError | undefined): GraphQLError =>
  new GraphQLError(first?.message ?? 'The variables are wrong.', {
    extensions: { code: ApolloServerErrorCode.BAD_USER_INPUT, http: { status: 400 } },
  })
