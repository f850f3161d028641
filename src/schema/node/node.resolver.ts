import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { errors } from '../../errors.js'
import type { Context } from '../context.js'
import { NodeType } from './node.type.js'

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, { nullable: true, description: 'Any object by its id. Null if there is none.' })
  node(
    @Arg('id', () => ID, { description: 'The `id` of an object.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<object | null> {
    return loaders.nodes.find(id)
  }

  @Query(() => [NodeType], {
    nullable: 'items',
    description:
      'Objects by their ids, in the order of the ids. Null in the place of an id that no object has.',
  })
  nodes(
    @Arg('ids', () => [ID], {
      description:
        'The ids of objects, of any types. As many as a page may have (setting SHOTBOARD_MAX_PAGE_SIZE).',
    })
    ids: string[],
    @Ctx() { loaders, limits: { maxPageSize: max } }: Context,
  ): Promise<(object | null)[]> {
    if (ids.length > max) throw errors.pageTooLarge({ max, first: ids.length }, 'ids')
    return Promise.all(ids.map(loaders.nodes.find))
  }
}
