import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { currentScope, untilStopped } from '../system/work-scope.js'
import type { Context } from './context.js'

/** A lower bound of the bytes of a field in an answer: `"a":1,`. */
const minFieldBytes = 6

/**
 * Makes every field of the schema count what it adds to the answer, and stop when the answer is too large, or when nobody
 * waits for it any more. A list is refused before its entries are made. Changes the schema and returns it.
 */
export function guardFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    const isQuery = type === schema.getQueryType()
    for (const field of Object.values(type.getFields())) {
      guardField(field, isQuery)
      if (isQuery || type === schema.getMutationType()) fillLists(field)
    }
  }
  return schema
}

/** What a root field gets has its lists in full; see `Context.lists`. */
function fillLists(field: GraphQLField<unknown, Context>): void {
  const { resolve } = field
  field.resolve = (source, args, context, info) => {
    context.lists?.fill(info.variableValues)
    const pause = context.lists && context.answer.yield()
    const run = () => resolve?.(source, args, context, info)
    return pause ? pause.then(run) : run()
  }
}

function guardField(field: GraphQLField<unknown, Context>, isRoot: boolean): void {
  const resolve = field.resolve ?? defaultFieldResolver
  const ofObjects = isObjectType(getNamedType(field.type))
  const isList = isListType(getNullableType(field.type))

  function take(value: unknown, { answer }: Context, info: GraphQLResolveInfo): unknown {
    answer.spend(String(info.path.key).length + 4 + (ofObjects ? 2 : bytesOf(value)))
    if (!ofObjects || !isList || !Array.isArray(value)) return value
    answer.require(value.length * minFieldBytes * leastFields(info))
    const pause = answer.yield()
    return pause ? pause.then(() => value) : value
  }

  field.resolve = (source, args, context, info) => {
    context.answer.check()
    const value = resolve(source, args, context, info)
    if (!(value instanceof Promise)) return take(value, context, info)
    // What a query waits for may not notice at once that it is to stop.
    const settling = isRoot ? untilStopped(currentScope()?.signal, value) : value
    return settling.then((settled) => take(settled, context, info))
  }
}

/** About the length of a value in JSON. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value === 'number') return Number.isInteger(value) ? 4 : 16
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? 32 : 4
  let bytes = 2
  for (const each of value) bytes += bytesOf(each)
  return bytes
}

const counted = new WeakMap<SelectionSetNode, number>()

/** The number of fields that every entry of a list has at least. */
function leastFields({ fieldNodes, fragments }: GraphQLResolveInfo): number {
  const count = (selections: SelectionSetNode): number => {
    const known = counted.get(selections)
    if (known !== undefined) return known
    let fields = 0
    for (const each of selections.selections) {
      if (each.directives && each.directives.length > 0) continue
      if (each.kind === Kind.FIELD) fields += 1
      else if (each.kind === Kind.INLINE_FRAGMENT) fields += count(each.selectionSet)
      else {
        const fragment = fragments[each.name.value]
        if (fragment) fields += count(fragment.selectionSet)
      }
    }
    counted.set(selections, fields)
    return fields
  }
  // Aliases of one field may be merged; then the fields of the first stand for all.
  return fieldNodes[0]?.selectionSet ? count(fieldNodes[0].selectionSet) : 0
}
