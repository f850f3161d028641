import { Field, Float, ID, InputType } from 'type-graphql'

@InputType('HyperparameterInput')
class HyperparameterInputType {
  @Field(() => String)
  name: string

  @Field(() => Float)
  value: number
}

@InputType('MethodChoice')
export class MethodChoiceType {
  @Field(() => ID, { description: 'Id, name or alias.' })
  method: string

  @Field(() => ID, { nullable: true, description: "Another feature space than the method's own." })
  space?: string | null

  @Field(() => [HyperparameterInputType], {
    nullable: true,
    description: 'Values that are given; the others are selected.',
  })
  hyperparameters?: HyperparameterInputType[] | null
}
