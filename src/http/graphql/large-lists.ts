import { ApolloServerErrorCode } from '@apollo/server/errors'
import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql'
import { createYieldToEventLoop } from '../../system/yield-to-event-loop.js'
import { entriesIn } from './entries-in.js'

type Variables = Readonly<Record<string, unknown>>

/** Lists that were taken out of variables, because GraphQL's library would coerce all of their entries in one turn. */
export interface LargeLists {
  /** The variables, with an empty list in the place of each large one. */
  readonly variables: Variables
  /**
   * Puts the coerced entries back, into variables that the library has coerced. The lists are filled in place, since arguments refer
   * to them already; once.
   */
  fill(coerced: Variables): void
  /** Gives the lists their lengths, without their entries. */
  fillLengths(coerced: Variables): void
  /** The number of entries in the lists of the entries. */
  readonly nested: number
}

/** Lists with fewer entries are left to the library. */
const minEntries = 2000

/**
 * Takes lists of thousands of entries out of an operation's variables and coerces them in parts, so that the event loop is left to
 * others meanwhile. Undefined if there are none. Throws what the library would report of the first wrong entry.
 */
export async function takeLargeLists(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables | null | undefined,
): Promise<LargeLists | undefined> {
  const found: Found[] = []
  const kept: Record<string, unknown> = { ...variables }
  for (const definition of variableDefinitions) {
    const { value: name } = definition.variable.name
    const type = typeFromAST(schema, definition.type)
    if (type && isInputType(type)) kept[name] = without(kept[name], { definition, type, path: [name] }, found)
    if (kept[name] === undefined) delete kept[name]
  }
  if (found.length === 0) return undefined
  const filled: { readonly path: Path; readonly entries: readonly unknown[] }[] = []
  let nested = 0
  for (const list of found) {
    const { coerced: entries, nested: more } = await coerceEntries(list)
    filled.push({ path: list.path, entries })
    nested += more
  }
  function put(coerced: Variables, fill: (list: unknown[], entries: readonly unknown[]) => void): void {
    for (const { path, entries } of filled) {
      const list = path.reduce<unknown>(at, coerced)
      if (Array.isArray(list) && list.length === 0) fill(list, entries)
    }
  }
  return {
    variables: kept,
    nested,
    fill: (coerced) =>
      put(coerced, (list, entries) => {
        for (const entry of entries) list.push(entry)
      }),
    fillLengths: (coerced) =>
      put(coerced, (list, entries) => {
        list.length = entries.length
      }),
  }
}

type Path = readonly (string | number)[]

/** Where a value stands. */
interface Place {
  readonly definition: VariableDefinitionNode
  readonly type: GraphQLInputType
  readonly path: Path
}

interface Found extends Place {
  readonly entries: readonly unknown[]
}

const at = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

/** The value with empty lists in the place of large ones, which are added to `found`. */
function without(value: unknown, { definition, type, path }: Place, found: Found[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    if (!Array.isArray(value)) return value
    const ofEntry = { definition, type: nullable.ofType }
    if (value.length < minEntries) {
      return value.map((each, i) => without(each, { ...ofEntry, path: [...path, i] }, found))
    }
    found.push({ ...ofEntry, path, entries: value })
    return []
  }
  if (!isInputObjectType(nullable)) return value
  const fields = nullable.getFields()
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      return [
        name,
        field ? without(each, { definition, type: field.type, path: [...path, name] }, found) : each,
      ]
    }),
  )
}

async function coerceEntries({
  definition,
  type,
  path,
  entries,
}: Found): Promise<{ readonly coerced: readonly unknown[]; readonly nested: number }> {
  const coerced: unknown[] = []
  let nested = 0
  const yieldToEventLoop = createYieldToEventLoop()
  for (const [i, entry] of entries.entries()) {
    coerced.push(
      coerceInputValue(entry, type, (inner, _invalid, error) => {
        const [name, ...rest] = [...path, i, ...inner]
        const place = rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
        const message = `Variable "$${name}" got an invalid value at "${name}${place}"; ${error.message}`
        const extensions = { code: ApolloServerErrorCode.BAD_USER_INPUT, http: { status: 400 } }
        throw new GraphQLError(message, { nodes: definition, originalError: error, extensions })
      }),
    )
    nested += entriesIn(entry)
    await yieldToEventLoop()
  }
  return { coerced, nested }
}
