import { Field, ObjectType } from 'type-graphql'

@ObjectType('Paper')
export class PaperType {
  @Field(() => String)
  title: string

  @Field(() => String)
  url: string
}
