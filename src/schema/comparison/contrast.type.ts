import { ArgsType, Field, Float, ID, Int } from 'type-graphql'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { DisagreementKind } from '../enums.js'
import { KeptInPercent } from '../fractions.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { lowDescription } from './comparison.type.js'

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

  @Field(() => Int, { description: 'A number of shots of the comparison, from 1.' })
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
  description:
    'Compares a method with a baseline on the test images of one class, over the support sets that both have finished.',
})
export class ClassDeltaType {
  @Field(() => Int, { description: 'Test images of the class.' })
  images: number

  @KeptInPercent()
  @Field(() => Float, { description: "The method's accuracy in the class, from 0 to 1." })
  accuracy: number

  @KeptInPercent()
  @Field(() => Float, { description: "The baseline's accuracy in the class, from 0 to 1." })
  baselineAccuracy: number

  @KeptInPercent()
  @Field(() => Float, { description: "The method's accuracy minus the baseline's, from -1 to 1." })
  difference: number

  @KeptInPercent()
  @Field(() => Float, { nullable: true, description: lowDescription })
  low: number | null

  @KeptInPercent()
  @Field(() => Float, { nullable: true, description: 'The upper end of the interval.' })
  high: number | null

  @Field(() => Int, { description: 'The number of support sets.' })
  n: number

  @Field(() => Int, {
    description: 'Images that only the method classifies correctly, each counted once per support set.',
  })
  wins: number

  @Field(() => Int, {
    description: 'Images that only the baseline classifies correctly, each counted once per support set.',
  })
  losses: number

  @Field(() => Float, {
    nullable: true,
    description:
      "The two-sided p-value of no true difference, over images and support sets. With one support set, of McNemar's exact test. Null if the class has fewer than two test images.",
  })
  pValue: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'The p-value with Holm correction over all classes that have one. Below 0.05, the difference is significant among all classes.',
  })
  adjustedPValue: number | null
}

@ObjectType('PredictedClass', { description: 'The class that a method predicts for an image.' })
export class PredictedClassType {
  @Field(() => ClassLabelType, { description: 'The class with the highest logit.' })
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
  @Field(() => Int, { description: 'The seed of the support set that both methods had.' })
  seed: number

  @Field(() => DisagreementKind, { description: 'Which of the two is right.' })
  kind: DisagreementKind
}

export const ClassDeltaConnectionType = connectionOf('ClassDeltaConnection', () => ClassDeltaType)
export const DisagreementConnectionType = connectionOf('DisagreementConnection', () => DisagreementType)
