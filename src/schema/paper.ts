import { Field } from 'type-graphql'
import { ObjectType } from './object-type.js'

@ObjectType('Paper', { description: 'A publication.' })
export class PaperType {
  @Field(() => String, { description: 'As it was published.' })
  title: string

  @Field(() => String, { description: 'Where to read it.' })
  url: string
}
