import { GraphQLError, type GraphQLSchema, getNullableType, isListType } from 'graphql'
import { type ComplexityEstimator, fieldExtensionsEstimator, getComplexity } from 'graphql-query-complexity'
import type { ParsedOperation } from './operation.js'

/** The introspection query has more fields than a small limit would allow, but costs nothing. */
const minNodes = 10_000
/** The assumed length of a list without a `first` argument. */
const defaultListLength = 10

/**
 * The cost of an operation: the number of its fields, where the fields of a list count once for every element.
 * Returns undefined if counting stops early, because nested fragments expand to more than `maxCost` fields.
 */
export function operationCost(
  schema: GraphQLSchema,
  { document, operationName, variables }: ParsedOperation,
  maxCost: number,
): number | undefined {
  try {
    return getComplexity({
      schema,
      query: document,
      ...(operationName != null && { operationName }),
      variables: { ...variables },
      estimators: [introspectionCost, fieldExtensionsEstimator(), fieldCost],
      maxQueryNodes: Math.max(maxCost, minNodes),
    })
  } catch (error) {
    if (error instanceof GraphQLError) return undefined
    throw error
  }
}

const introspectionCost: ComplexityEstimator = ({ field }) => (field.name.startsWith('__') ? 0 : undefined)

/** A field costs 1 plus its subfields times the length of the list. A page's `first` counts for the page alone. */
const fieldCost: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const isList = isListType(getNullableType(field.type)) && !type.name.endsWith('Connection')
  const length = typeof args.first === 'number' ? args.first : isList ? defaultListLength : 1
  return 1 + Math.max(1, length) * childComplexity
}
