import { ArgsType, Field, Int } from 'type-graphql'
import { errors } from '../errors.js'
import type { PageRequest } from '../library/index.js'
import type { Context } from './context.js'
import { ObjectType } from './object-type.js'

@ObjectType('PageInfo')
export class PageInfoType {
  @Field(() => Boolean)
  hasNextPage: boolean

  @Field(() => String, { nullable: true, description: 'Pass it as `after` to get the next page.' })
  endCursor: string | null
}

/** The connection type of a node type: nodes, page info, and the total count. */
export function connectionOf<T extends object>(name: string, node: () => new () => T) {
  @ObjectType(name)
  class ConnectionType {
    @Field(() => [node()])
    nodes: readonly T[]

    @Field(() => PageInfoType)
    pageInfo: PageInfoType

    @Field(() => Int)
    totalCount: number
  }
  return ConnectionType
}

export const defaultPageSize = 20

@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, defaultValue: defaultPageSize })
  first: number | null

  @Field(() => String, { nullable: true, description: 'The `endCursor` of a page with the same order.' })
  after?: string | null
}

/** The page request of arguments that a client may send as null. Throws PAGE_TOO_LARGE. */
export function pageRequest(
  first: number | null,
  after: string | null | undefined,
  { limits }: Context,
): PageRequest {
  const size = first ?? defaultPageSize
  if (size > limits.maxPageSize) {
    throw errors.pageTooLarge({ max: limits.maxPageSize, first: size }, 'first')
  }
  return { first: size, after }
}
