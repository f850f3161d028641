import { Field, ID, InterfaceType } from 'type-graphql'
import type { Context } from '../context.js'

@InterfaceType('Node', {
  description: 'An object with an id that no other object has, of whatever type.',
  resolveType: (found: object, { loaders }: Context) => loaders.nodes.typeOf(found),
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Identifies the object among all objects; it never changes.' })
  id: string
}
