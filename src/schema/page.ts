import { Field, Int, ObjectType } from 'type-graphql'
import type { PageRequest } from '../store/page.js'

@ObjectType('PageInfo')
export class PageInfoType {
  @Field(() => Boolean)
  hasNextPage: boolean

  @Field(() => String, { nullable: true, description: 'Give it as `after` for the next page.' })
  endCursor: string | null
}

/** A page of some type: nodes, where the next page starts, and how many there are on all pages. */
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

/** A page's arguments, which a client may also send as null. */
export const pageRequest = (first: number | null, after: string | null | undefined): PageRequest => ({
  first: first ?? defaultPageSize,
  after,
})
