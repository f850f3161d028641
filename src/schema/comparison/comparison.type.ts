import { Field, Float, ID, InputType, Int } from 'type-graphql'
import type { Statistic } from '../../library/index.js'
import { measureNames, measures } from '../../measures.js'
import { JobStatus, KlScaling, Selection } from '../enums.js'
import { MethodChoiceType } from '../method/method-choice.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'

@InputType('CompareInput')
export class CompareInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => ID, {
    nullable: true,
    description:
      'Another dataset of the same class names, in any order, whose test images are measured on instead; rows then tell the drop. ' +
      'CLASSES_DIFFER lists the classes that only one of the two has.',
  })
  testDataset?: string | null

  @Field(() => ID, { nullable: true, description: 'The default encoder unless given.' })
  encoder?: string | null

  @Field(() => [ID], {
    nullable: true,
    description: 'Several, in place of one: every run is made with each, and rows tell which.',
  })
  encoders?: string[] | null

  @Field(() => [Int])
  shots: number[]

  @Field(() => [Int], { defaultValue: [1] })
  seeds: number[]

  @Field(() => [MethodChoiceType])
  methods: MethodChoiceType[]

  @Field(() => Selection, { defaultValue: Selection.VALIDATION })
  selection: Selection

  @Field(() => KlScaling, { defaultValue: KlScaling.FROZEN })
  klScaling: KlScaling

  @Field(() => Int, { defaultValue: 1 })
  augmentations: number
}

@ObjectType('Statistic', {
  description: 'Over seeds; low and high are a 95 % bootstrap interval of the mean.',
})
export class StatisticType implements Statistic {
  @Field(() => Float)
  mean: number

  @Field(() => Float)
  standardDeviation: number

  @Field(() => Float)
  low: number

  @Field(() => Float)
  high: number

  @Field(() => Int, { description: 'How many seeds.' })
  n: number
}

@ObjectType('ComparisonRow')
export class ComparisonRowType {
  @Field(() => Int)
  shots: number

  @Field(() => StatisticType, {
    nullable: true,
    description:
      "Percentage points of accuracy lost from the dataset's own test images to those of testDataset, by the same fitted methods; null without a testDataset, or where the dataset has no test images of its own.",
  })
  drop: Statistic | null
}

for (const name of measureNames) {
  Field(() => StatisticType, { description: measures[name].description })(ComparisonRowType.prototype, name)
}

@ObjectType('PairwiseTest', {
  description: 'A method against a baseline on the same test images, all seeds pooled.',
})
export class PairwiseTestType {
  @Field(() => Int)
  shots: number

  @Field(() => Float, { description: "Percentage points: the method's accuracy less the baseline's." })
  difference: number

  @Field(() => Float, { description: "McNemar's exact test, two-sided." })
  pValue: number

  @Field(() => Int, { description: 'Images on which the method alone is right.' })
  wins: number

  @Field(() => Int, { description: 'Images on which the baseline alone is right.' })
  losses: number
}

@ObjectType('Comparison')
export class ComparisonType {
  @Field(() => ID)
  id: string

  @Field(() => JobStatus)
  status: JobStatus

  @Field(() => Float, { description: 'The share of the work that is done, from 0 to 1; never goes back.' })
  progress: number

  @Field(() => String, { nullable: true })
  error: string | null

  @Field(() => DateTime)
  createdAt: Date

  @Field(() => DateTime, { nullable: true })
  finishedAt: Date | null
}

export const ComparisonConnectionType = connectionOf('ComparisonConnection', () => ComparisonType)
