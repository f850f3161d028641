import {
  type DocumentNode,
  extendSchema,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isWrappingType,
  Kind,
  parse,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { type ComplexityEstimator, fieldExtensionsEstimator, getComplexity } from 'graphql-query-complexity'
import { assumedLength } from '../../schema/complexity.js'
import { entriesIn } from './entries-in.js'
import type { ParsedOperation } from './operation.js'

/** Counting stops at more fields than this, whatever they cost. */
const minNodes = 10_000

/** The cost of an operation of a schema. Counting stops early above `maxCost`. */
export type OperationCost = (operation: ParsedOperation, maxCost: number) => number | undefined

/**
 * Counts the cost of operations: the number of its fields, where the fields of a list count once for every element, what fields
 * that compute say, and the number of entries in the lists of arguments. Returns undefined if counting stops early, because
 * nested fragments expand to more than `maxCost` fields or entries.
 */
export function createOperationCost(schema: GraphQLSchema): {
  readonly costOf: OperationCost
  /** The same for variables that have been coerced. They are not coerced again, which would take long for many. */
  readonly costOfCoerced: OperationCost
} {
  const introspection = introspectionCost(schema)
  const lenient = extendSchema(schema, parse(`scalar ${anyValue}`), { assumeValid: true })
  return {
    costOf: (operation, maxCost) => costOf(schema, operation, maxCost, introspection),
    costOfCoerced: (operation, maxCost) =>
      costOf(
        lenient,
        { ...operation, document: withVariablesOf(operation.document, anyValue) },
        maxCost,
        introspection,
      ),
  }
}

/** A scalar that takes any value as it is. */
const anyValue = 'AnyValue'

/** The document with variables of another type. */
const withVariablesOf = (document: DocumentNode, type: string): DocumentNode =>
  visit(document, {
    VariableDefinition: ({ variable }): VariableDefinitionNode => ({
      ...{ kind: Kind.VARIABLE_DEFINITION, variable },
      type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    }),
  })

function costOf(
  schema: GraphQLSchema,
  { document, operationName, variables }: ParsedOperation,
  maxCost: number,
  introspection: ComplexityEstimator,
): number | undefined {
  let entries = 0
  /** Sees every field first, and leaves its cost to the others. */
  const countEntries: ComplexityEstimator = ({ args }) => {
    entries += entriesIn(args, maxCost - entries)
    if (entries > maxCost) throw new GraphQLError('The arguments have too many entries.')
    return undefined
  }
  try {
    const fields = getComplexity({
      schema,
      query: document,
      ...(operationName != null && { operationName }),
      variables: { ...variables },
      estimators: [countEntries, introspection, fieldExtensionsEstimator(), fieldCost],
      maxQueryNodes: Math.max(maxCost, minNodes),
    })
    return Math.ceil(fields) + entries
  } catch (error) {
    if (error instanceof GraphQLError) return undefined
    throw error
  }
}

/** Lists of the introspection are as long as those of this schema are on average, and as many of its types wrap another. */
function introspectionCost(schema: GraphQLSchema): ComplexityEstimator {
  const types = Object.values(schema.getTypeMap())
  const mean = (lengths: readonly number[]): number => Math.max(1, sum(lengths) / Math.max(1, lengths.length))
  const objects = types.filter(isObjectType)
  const fields = objects.map((type) => Object.values(type.getFields()))
  const lengths: Readonly<Record<string, number>> = {
    // A type has fields, or input fields, or values, and most have fields.
    types: objects.length,
    directives: schema.getDirectives().length,
    fields: mean(fields.map(({ length }) => length)),
    args: mean(fields.flat().map(({ args }) => args.length)),
    inputFields: mean(types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length)),
    enumValues: mean(types.filter(isEnumType).map((type) => type.getValues().length)),
  }
  const chains = fields.flat().map(({ type }) => wrappersOf(type))
  const wrapping = sum(chains) / Math.max(1, sum(chains) + chains.length)
  return ({ type, field, childComplexity }) => {
    if (!type.name.startsWith('__')) return undefined
    if (field.name === 'ofType') return 1 + wrapping * childComplexity
    const isList = isListType(getNullableType(field.type))
    return 1 + (isList ? (lengths[field.name] ?? 1) : 1) * childComplexity
  }
}

/** How many types, lists or such that are not null, are around a named type. */
function wrappersOf(type: GraphQLOutputType): number {
  let wrappers = 0
  for (let inner = type; isWrappingType(inner); inner = inner.ofType) wrappers += 1
  return wrappers
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** A field costs 1 plus its subfields times the length of the list. */
const fieldCost: ComplexityEstimator = ({ type, field, args, childComplexity }) =>
  1 + assumedLength(type.name, field, args) * childComplexity
