import type { GraphQLSchema } from 'graphql'
import { isObjectType } from 'graphql'
import { ArgsType, Extensions, Field, Int } from 'type-graphql'
import { errors } from '../errors.js'
import { type Page, type PageRequest, pageOfPlaces } from '../library/index.js'
import type { Limits } from '../settings/settings.js'
import type { Context } from './context.js'
import { ObjectType } from './object-type.js'

@ObjectType('PageInfo', { description: 'Where a page begins and ends, and whether there are more.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there are entries after this page.' })
  hasNextPage: boolean

  @Field(() => Boolean, { description: 'Whether there are entries before this page.' })
  hasPreviousPage: boolean

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `before`, with `last`, to get the page before. Null if this page is empty.',
  })
  startCursor: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `after` to get the next page. Null if this page is empty.',
  })
  endCursor: string | null
}

/** The connection type of a node type, such as RunConnection: nodes, edges, page info, and the total count. */
export function connectionOf<T extends object>(name: `${string}Connection`, node: () => new () => T) {
  @ObjectType(`${name.slice(0, -'Connection'.length)}Edge`, {
    description: 'An entry of a page, and where it stands.',
  })
  class EdgeType {
    @Field(() => String, {
      description: 'What `after` and `before` take. Only for the list that it came with.',
    })
    cursor: string

    @Field(() => node(), { description: 'The entry.' })
    node: T
  }

  @ObjectType(name, { description: 'A page of a list, and how long the list is.' })
  class ConnectionType {
    @Field(() => [EdgeType], { description: 'The entries of this page with their cursors.' })
    edges: readonly EdgeType[]

    @Field(() => [node()], { description: 'The entries of this page, in the order of the list.' })
    nodes: readonly T[]

    @Field(() => PageInfoType, { description: 'Where this page begins and ends.' })
    pageInfo: PageInfoType

    @Field(() => Int, { description: 'The number of entries on all pages.' })
    totalCount: number
  }
  return ConnectionType
}

/** Makes the edges of every connection from its nodes and cursors. Changes the schema. */
export function resolveEdges(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const edges = isObjectType(type) && type.name.endsWith('Connection') ? type.getFields().edges : undefined
    if (edges) {
      edges.resolve = ({ nodes, cursors }: Page<unknown>) =>
        nodes.map((node, i) => ({ node, cursor: cursors[i] }))
    }
  }
}

export const defaultPageSize = 20

/** Marks a field whose list comes whole where no page is asked for; its arguments are `WholeListArguments`. */
export const WholeList = (): PropertyDecorator & MethodDecorator => Extensions({ isWholeList: true })

@ArgsType()
export class PageArguments {
  @Field(() => Int, {
    nullable: true,
    description: `The most entries of this page, from 1: the first ones. The service limits it (setting SHOTBOARD_MAX_PAGE_SIZE). Default: ${defaultPageSize}, unless \`last\` is given.`,
  })
  first?: number | null

  @Field(() => String, {
    nullable: true,
    description: 'Only entries after this one: a cursor of the same list. Default: from the first entry on.',
  })
  after?: string | null

  @Field(() => Int, {
    nullable: true,
    description:
      'The most entries of this page, from 1: the last ones. Instead of `first`, and with its limit.',
  })
  last?: number | null

  @Field(() => String, {
    nullable: true,
    description: 'Only entries before this one: a cursor of the same list. Default: up to the last entry.',
  })
  before?: string | null
}

/** The page request of arguments that a client may send as null. Throws INVALID_VALUE or PAGE_TOO_LARGE. */
export function pageRequest(
  { first, after, last, before }: PageArguments,
  { limits }: { readonly limits: Pick<Limits, 'maxPageSize'> },
): PageRequest {
  if (first != null && last != null) {
    throw errors.invalidValue({ reason: 'Give first or last, not both.' }, 'last')
  }
  const size = first ?? last ?? defaultPageSize
  const argument = last == null ? 'first' : 'last'
  if (size > limits.maxPageSize) throw errors.pageTooLarge({ max: limits.maxPageSize, first: size }, argument)
  return last == null ? { first: size, after, before } : { last: size, after, before }
}

@ArgsType()
export class WholeListArguments extends PageArguments {
  @Field(() => Int, {
    nullable: true,
    description:
      'The most entries of this page, from 1: the first ones. The service limits it (setting SHOTBOARD_MAX_LIST_SIZE). Without `first` and `last`, all entries; PAGE_REQUIRED if they are more than the limit.',
  })
  declare first?: number | null
}

/**
 * The page of a list that is at hand: all of it where no size is asked for. Throws INVALID_VALUE, PAGE_TOO_LARGE, or
 * PAGE_REQUIRED where all would be too many.
 */
export function pageOfWhole<T>(
  list: readonly T[],
  asked: WholeListArguments,
  { limits: { maxListSize: max } }: Context,
): Page<T> {
  const { first, after, last, before } = asked
  if (first != null || last != null) {
    return pageOfPlaces(list, pageRequest(asked, { limits: { maxPageSize: max } }))
  }
  const page = pageOfPlaces(list, { first: Math.max(1, list.length), after, before })
  if (page.nodes.length > max) throw errors.pageRequired({ max, count: page.nodes.length }, 'first')
  return page
}
