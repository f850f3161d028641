import { type GraphQLField, getNamedType, getNullableType, isListType } from 'graphql'
import type { Complexity } from 'type-graphql'
import { defaultPageSize } from './page.js'

/** What a field that computes costs, where a plain field costs 1. */
export interface ComputingCost {
  readonly base: number
  /** The cost of each entry of the lists in `lengths`; of each combination, if there are several. */
  readonly each?: number
  /** The lists among its arguments by name, with the number of entries that a missing one stands for. */
  readonly lengths?: Readonly<Record<string, number>>
}

/** The cost of a field that computes. Many entries cost as much as many aliases, so that neither is a way around the limit. */
export function computed({ base, each = 0, lengths = {} }: ComputingCost): Exclude<Complexity, number> {
  return ({ type, field, args, childComplexity }) => {
    const input: unknown = args.input ?? args
    let entries = 1
    for (const [name, missing] of Object.entries(lengths)) {
      const list = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined
      entries *= Array.isArray(list) ? Math.max(1, list.length) : missing
    }
    return base + each * entries + assumedLength(type.name, field, args) * childComplexity
  }
}

/** A field that reads the predictions of every run of a comparison. */
export const readsPredictions: Exclude<Complexity, number> = computed({ base: 500 })

/** The assumed length of a list that is not a page. */
const defaultListLength = 10

/**
 * How often the subfields of a field count. A page's `first` or `last` counts for the page alone. A list that comes whole counts
 * as one that is not a page; a page of it never costs more than all of it.
 */
export function assumedLength(
  typeName: string,
  field: Pick<GraphQLField<unknown, unknown>, 'type' | 'extensions'>,
  { first, last }: Readonly<Record<string, unknown>>,
): number {
  if (field.extensions.isWholeList) {
    const asked = first ?? last
    return typeof asked === 'number' ? Math.min(Math.max(1, asked), defaultListLength) : defaultListLength
  }
  const size =
    first ?? last ?? (getNamedType(field.type).name.endsWith('Connection') ? defaultPageSize : null)
  if (typeof size === 'number') return Math.max(1, size)
  return isListType(getNullableType(field.type)) && !typeName.endsWith('Connection') ? defaultListLength : 1
}
