import { Field, Float, Int } from 'type-graphql'
import { ObjectType } from './object-type.js'

@ObjectType('ClassSizes', { description: 'How many images or prompts classes have.' })
export class ClassSizesType {
  @Field(() => Int, { description: 'Of the class with the fewest.' })
  least: number

  @Field(() => Float, { description: 'The mean over the classes.' })
  mean: number

  @Field(() => Int, { description: 'Of the class with the most.' })
  most: number
}
