import { Directive, Field, ID, InputType } from 'type-graphql'

@Directive('@oneOf')
@InputType('PredictionSourceInput', { description: 'What images are classified by.' })
export class PredictionSourceInputType {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of a comparison: its encoders, support set, methods, spaces, selection and selected hyperparameters.',
  })
  comparison?: string | null

  @Field(() => ID, { nullable: true, description: 'The id of a support set.' })
  supportSet?: string | null
}
