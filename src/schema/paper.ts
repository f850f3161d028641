import { Field } from 'type-graphql'
import { ObjectType } from './object-type.js'

@ObjectType('Paper')
export class PaperType {
  @Field(() => String)
  title: string

  @Field(() => String)
  url: string
}
