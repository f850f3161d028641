import { Field, Float, ID, InputType } from 'type-graphql'

@InputType('HyperparameterInput', { description: 'A value for a hyperparameter.' })
export class HyperparameterInputType {
  @Field(() => String, { description: 'The name of a hyperparameter of the method or of its space.' })
  name: string

  @Field(() => Float, { description: 'Within the range that the hyperparameter allows.' })
  value: number
}

@InputType('MethodChoice', { description: 'A method in a feature space.' })
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
