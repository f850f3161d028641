import { Field, Float, ID, InputType } from 'type-graphql'

@InputType('HyperparameterInput')
export class HyperparameterInputType {
  @Field(() => String)
  name: string

  @Field(() => Float)
  value: number
}

@InputType('MethodChoice')
export class MethodChoiceType {
  @Field(() => ID, { description: 'Id, name or alias.' })
  method: string

  @Field(() => ID, { nullable: true, description: 'Default: the space of the method.' })
  space?: string | null

  @Field(() => [HyperparameterInputType], {
    nullable: true,
    description: 'Fixed values. The other hyperparameters are selected.',
  })
  hyperparameters?: HyperparameterInputType[] | null
}
