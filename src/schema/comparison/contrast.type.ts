import { ArgsType, Field, Float, ID, Int } from 'type-graphql'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { DisagreementKind } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'

@ArgsType()
export class ContrastArguments {
  @Field(() => ID, {
    nullable: true,
    description: 'An encoder of the comparison. Default: its first.',
  })
  encoder?: string | null

  @Field(() => ID, { description: 'A method of the comparison.' })
  method: string

  @Field(() => ID, { nullable: true, description: "The method's space. Default: the space of the method." })
  space?: string | null

  @Field(() => ID, { description: 'Another method, or the same method in another space.' })
  baseline: string

  @Field(() => ID, {
    nullable: true,
    description: "The baseline's space. Default: the space of the baseline.",
  })
  baselineSpace?: string | null

  @Field(() => Int)
  shots: number
}

@ArgsType()
export class DisagreementArguments extends ContrastArguments {
  @Field(() => Int, {
    nullable: true,
    description: 'Default: the first seed that both methods have finished.',
  })
  seed?: number | null

  @Field(() => DisagreementKind, { nullable: true, description: 'Default: all kinds.' })
  kind?: DisagreementKind | null
}

@ObjectType('ClassDelta', {
  description: 'Compares a method with a baseline on the test images of one class. Seeds are pooled.',
})
export class ClassDeltaType {
  @Field(() => Int, { description: 'Test images of the class, each counted once per seed.' })
  images: number

  @Field(() => Float, { description: 'In percent.' })
  accuracy: number

  @Field(() => Float, { description: 'In percent.' })
  baselineAccuracy: number

  @Field(() => Float, { description: "The method's accuracy minus the baseline's, in percentage points." })
  difference: number

  @Field(() => Int, { description: 'Images that only the method classifies correctly.' })
  wins: number

  @Field(() => Int, { description: 'Images that only the baseline classifies correctly.' })
  losses: number

  @Field(() => Float, { description: "Of McNemar's exact test, two-sided." })
  pValue: number

  @Field(() => Float, {
    description:
      'The p-value with Holm correction over all classes. Below 0.05, the difference is significant among all classes.',
  })
  adjustedPValue: number
}

@ObjectType('PredictedClass', { description: 'The class that a method predicts for an image.' })
export class PredictedClassType {
  @Field(() => ClassLabelType)
  class: ClassLabelType

  @Field(() => Float, {
    nullable: true,
    description:
      'The probability of the predicted class. Null for runs of earlier versions, which did not store it.',
  })
  probability: number | null
}

@ObjectType('Disagreement', { description: 'A test image for which two methods predict different classes.' })
export class DisagreementType {
  @Field(() => Int)
  seed: number

  @Field(() => DisagreementKind)
  kind: DisagreementKind
}

export const DisagreementConnectionType = connectionOf('DisagreementConnection', () => DisagreementType)
