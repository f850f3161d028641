import { ArgsType, Field, Float, ID, Int } from 'type-graphql'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { DisagreementKind } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'

@ArgsType()
export class ContrastArguments {
  @Field(() => ID, {
    nullable: true,
    description: 'One of those that the comparison is over; its first unless given.',
  })
  encoder?: string | null

  @Field(() => ID, { description: 'A method of the comparison.' })
  method: string

  @Field(() => ID, { nullable: true, description: "The method's space; its own unless given." })
  space?: string | null

  @Field(() => ID, { description: 'Another one, or the same in another space.' })
  baseline: string

  @Field(() => ID, { nullable: true, description: "The baseline's space; its own unless given." })
  baselineSpace?: string | null

  @Field(() => Int)
  shots: number
}

@ArgsType()
export class DisagreementArguments extends ContrastArguments {
  @Field(() => Int, { nullable: true, description: 'The first one that both have finished unless given.' })
  seed?: number | null

  @Field(() => DisagreementKind, { nullable: true, description: 'All unless given.' })
  kind?: DisagreementKind | null
}

@ObjectType('ClassDelta', {
  description: 'A method against a baseline on the test images of one class, all seeds pooled.',
})
export class ClassDeltaType {
  @Field(() => Int, { description: 'Test images of the class, each counted once for every seed.' })
  images: number

  @Field(() => Float, { description: 'A percentage.' })
  accuracy: number

  @Field(() => Float, { description: 'A percentage.' })
  baselineAccuracy: number

  @Field(() => Float, { description: "Percentage points: the method's accuracy less the baseline's." })
  difference: number

  @Field(() => Int, { description: 'Images on which the method alone is right.' })
  wins: number

  @Field(() => Int, { description: 'Images on which the baseline alone is right.' })
  losses: number

  @Field(() => Float, { description: "McNemar's exact test, two-sided." })
  pValue: number

  @Field(() => Float, {
    description:
      'The same adjusted by Holm for as many classes: below 0.05 it is no false alarm among all of them.',
  })
  adjustedPValue: number
}

@ObjectType('PredictedClass', { description: 'What an image was taken for.' })
export class TakenForType {
  @Field(() => ClassLabelType)
  class: ClassLabelType

  @Field(() => Float, {
    nullable: true,
    description: 'The probability of that class; null where an earlier version did not keep it.',
  })
  probability: number | null
}

@ObjectType('Disagreement', { description: 'A test image that two methods take for different classes.' })
export class DisagreementType {
  @Field(() => Int)
  seed: number

  @Field(() => DisagreementKind)
  kind: DisagreementKind
}

export const DisagreementConnectionType = connectionOf('DisagreementConnection', () => DisagreementType)
