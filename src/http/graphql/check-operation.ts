import { type GraphQLSchema, getOperationAST, getVariableValues } from 'graphql'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import type { Access } from '../access/keys.js'
import { keptCosts } from './kept-costs.js'
import type { ParsedOperation } from './operation.js'
import { createOperationCost } from './operation-cost.js'

/** Checks a valid operation before it runs. */
export type OperationCheck = (operation: ParsedOperation, access: Access) => void

/**
 * A check that throws OPERATION_RESOLUTION_FAILURE if the document does not say which operation to run, FORBIDDEN for a mutation with
 * a read-only key, and QUERY_TOO_COSTLY above the limit of the setting `maxQueryCost`.
 */
export function createOperationCheck(
  schema: GraphQLSchema,
  { maxQueryCost }: Pick<Settings, 'maxQueryCost'>,
): OperationCheck {
  const costOf = keptCosts(createOperationCost(schema))
  return (operation, access) => {
    const { document, operationName, variables } = operation
    const definition = getOperationAST(document, operationName)
    if (!definition) throw errors.operationNotChosen({ name: operationName })
    if (definition.operation === 'mutation' && access !== 'write') throw errors.forbidden({})
    // Execution reports variables of the wrong type.
    if (getVariableValues(schema, definition.variableDefinitions ?? [], { ...variables }).errors) return
    const cost = costOf(operation, maxQueryCost)
    if (cost === undefined || cost > maxQueryCost) throw errors.queryTooCostly({ max: maxQueryCost, cost })
  }
}
