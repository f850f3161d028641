import { ApolloServerErrorCode } from '@apollo/server/errors'
import { type GraphQLSchema, getOperationAST, getVariableValues } from 'graphql'
import { errors, ShotboardError } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import type { Access } from '../access/keys.js'
import type { ParsedOperation } from './operation.js'
import { operationCost } from './operation-cost.js'

/**
 * Throws OPERATION_RESOLUTION_FAILURE if the document does not say which operation to run, FORBIDDEN for a mutation with
 * a read-only key, and QUERY_TOO_COSTLY above the limit of the setting `maxQueryCost`.
 */
export function checkOperation(
  schema: GraphQLSchema,
  operation: ParsedOperation,
  access: Access,
  { maxQueryCost }: Pick<Settings, 'maxQueryCost'>,
): void {
  const { document, operationName, variables } = operation
  const definition = getOperationAST(document, operationName)
  if (!definition) {
    const reason =
      operationName != null
        ? `The document has no operation named "${operationName}".`
        : 'The document has several operations; send the operation name of the one to run.'
    throw new ShotboardError(ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE, reason)
  }
  if (definition.operation === 'mutation' && access !== 'write') throw errors.forbidden({})
  // Execution reports variables of the wrong type.
  if (getVariableValues(schema, definition.variableDefinitions ?? [], { ...variables }).errors) return
  const cost = operationCost(schema, operation, maxQueryCost)
  if (cost === undefined || cost > maxQueryCost) throw errors.queryTooCostly({ max: maxQueryCost, cost })
}
