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
      'Another dataset, whose test images are used instead. It must have the same class names, in any order. Rows then have `drop`. ' +
      'CLASSES_DIFFER lists the classes that only one of the two datasets has.',
  })
  testDataset?: string | null

  @Field(() => ID, { nullable: true, description: 'Default: the default encoder.' })
  encoder?: string | null

  @Field(() => [ID], {
    nullable: true,
    description: 'Several encoders instead of `encoder`. Every run is made with each of them.',
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
  description: 'Statistics over seeds. `low` and `high` are a 95 % bootstrap interval of the mean.',
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

  @Field(() => Int, { description: 'The number of seeds.' })
  n: number
}

@ObjectType('ComparisonRow')
export class ComparisonRowType {
  @Field(() => Int)
  shots: number

  @Field(() => StatisticType, {
    nullable: true,
    description:
      'Accuracy on the test images of `dataset` minus accuracy on those of `testDataset`, in percentage points, for the same fitted methods. Null without a testDataset, or if the dataset has no test images.',
  })
  drop: Statistic | null
}

for (const name of measureNames) {
  Field(() => StatisticType, { description: measures[name].description })(ComparisonRowType.prototype, name)
}

@ObjectType('PairwiseTest', {
  description: 'Compares a method with a baseline on the same test images. Seeds are pooled.',
})
export class PairwiseTestType {
  @Field(() => Int)
  shots: number

  @Field(() => Float, { description: "The method's accuracy minus the baseline's, in percentage points." })
  difference: number

  @Field(() => Float, { description: "Of McNemar's exact test, two-sided." })
  pValue: number

  @Field(() => Int, { description: 'Images that only the method classifies correctly.' })
  wins: number

  @Field(() => Int, { description: 'Images that only the baseline classifies correctly.' })
  losses: number
}

@ObjectType('Comparison')
export class ComparisonType {
  @Field(() => ID)
  id: string

  @Field(() => JobStatus)
  status: JobStatus

  @Field(() => Float, { description: 'The share of the work that is done, from 0 to 1. Never decreases.' })
  progress: number

  @Field(() => String, { nullable: true })
  error: string | null

  @Field(() => DateTime)
  createdAt: Date

  @Field(() => DateTime, { nullable: true })
  finishedAt: Date | null
}

export const ComparisonConnectionType = connectionOf('ComparisonConnection', () => ComparisonType)
