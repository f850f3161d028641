import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isListType,
  validate,
} from 'graphql'
import { type ComplexityEstimator, fieldExtensionsEstimator, getComplexity } from 'graphql-query-complexity'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'
import type { Access } from '../access/keys.js'

/** An operation that has been parsed and fits the schema. */
export interface Operation {
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

export type OperationLimits = Pick<Settings, 'maxQueryDepth' | 'maxQueryCost' | 'maxQueryTokens'>

/**
 * Throws FORBIDDEN for a mutation by whoever may only read, and QUERY_TOO_DEEP or QUERY_TOO_COSTLY for what would take the
 * service too long.
 */
export function requireAllowed(
  schema: GraphQLSchema,
  operation: Operation,
  access: Access,
  limits: OperationLimits,
): void {
  const { document, operationName } = operation
  const mutates = getOperationAST(document, operationName)?.operation === 'mutation'
  if (mutates && access !== 'write') throw errors.forbidden({})
  requireDepth(schema, document, limits.maxQueryDepth)
  requireCost(schema, operation, limits.maxQueryCost)
}

function requireDepth(schema: GraphQLSchema, document: DocumentNode, most: number): void {
  let tooDeep = false
  const onReject = [
    () => {
      tooDeep = true
    },
  ]
  const rule = maxDepthRule({ n: most, flattenFragments: true, propagateOnRejection: false, onReject })
  validate(schema, document, [rule])
  if (tooDeep) throw errors.queryTooDeep({ max: most })
}

function requireCost(
  schema: GraphQLSchema,
  { document, operationName, variables }: Operation,
  most: number,
): void {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? []
  // Variables that do not fit are for the execution to refuse.
  if (getVariableValues(schema, definitions, { ...variables }).errors) return
  let cost: number | undefined
  try {
    cost = getComplexity({
      schema,
      query: document,
      ...(operationName != null && { operationName }),
      variables: { ...variables },
      estimators: [introspectionCost, fieldExtensionsEstimator(), fieldCost],
      // Fragments within fragments may be far more fields than they are characters.
      maxQueryNodes: Math.max(most, leastNodes),
    })
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
  }
  if (cost === undefined || cost > most) throw errors.queryTooCostly({ max: most, cost })
}

/** The introspection query, which costs nothing, has so many fields and more. */
const leastNodes = 10_000
/** How long a list is taken to be that has no `first`. */
const guessedLength = 10

const introspectionCost: ComplexityEstimator = ({ field }) => (field.name.startsWith('__') ? 0 : undefined)

/** A field costs 1 and what is below it, that as often as a list may be long. A page counts once, by its `first`. */
const fieldCost: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const isList = isListType(getNullableType(field.type)) && !type.name.endsWith('Connection')
  const length = typeof args.first === 'number' ? args.first : isList ? guessedLength : 1
  return 1 + Math.max(1, length) * childComplexity
}

/** The parser's own word for a document that is longer than it was told to read. */
export const isTooLong = (message: string): boolean => message.includes('Document contains more that')
