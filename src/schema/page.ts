import { ArgsType, Field, Int } from 'type-graphql'
import { errors } from '../errors.js'
import type { PageRequest } from '../library/index.js'
import type { Context } from './context.js'
import { ObjectType } from './object-type.js'

@ObjectType('PageInfo', { description: 'Where a page ends, and whether there are more.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there are entries after this page.' })
  hasNextPage: boolean

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `after` to get the next page. Null if this page is empty.',
  })
  endCursor: string | null
}

/** The connection type of a node type: nodes, page info, and the total count. */
export function connectionOf<T extends object>(name: string, node: () => new () => T) {
  @ObjectType(name, { description: 'A page of a list, and how long the list is.' })
  class ConnectionType {
    @Field(() => [node()], { description: 'The entries of this page, in the order of the list.' })
    nodes: readonly T[]

    @Field(() => PageInfoType, { description: 'Where this page ends.' })
    pageInfo: PageInfoType

    @Field(() => Int, { description: 'The number of entries on all pages.' })
    totalCount: number
  }
  return ConnectionType
}

export const defaultPageSize = 20

@ArgsType()
export class PageArguments {
  @Field(() => Int, {
    nullable: true,
    defaultValue: defaultPageSize,
    description:
      'The most entries of this page, from 1. The service limits it (setting SHOTBOARD_MAX_PAGE_SIZE).',
  })
  first: number | null

  @Field(() => String, {
    nullable: true,
    description: 'The `endCursor` of a page of the same list. Left out: the first page.',
  })
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
