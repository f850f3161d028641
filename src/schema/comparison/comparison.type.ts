import { Field, Float, ID, InputType, Int } from 'type-graphql'
import type {
  ClassSizes,
  ReliabilityBin,
  SetSummary,
  Statistic,
  UnknownSummary,
} from '../../library/index.js'
import { type MeasureName, measureNames, measures } from '../../measures.js'
import { ClassSizesType } from '../class-sizes.js'
import { JobStatus, KlScaling, Measure, Search, Selection } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { KeptInMeasure, KeptInPercent } from '../fractions.js'
import { MethodChoiceType } from '../method/method-choice.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'
import { CompareSupportInputType } from './compare-support.js'

@InputType('CompareInput', {
  description: 'What to compare. There is one run per method, encoder, number of shots and seed.',
})
export class CompareInputType {
  @Field(() => ID, {
    description:
      'The id of the dataset of the support images and, unless `testDataset` is given, of the test images.',
  })
  dataset: string

  @Field(() => ID, {
    nullable: true,
    description:
      'Another dataset, whose test images are used instead. It must have the same class names, in any order. Rows then have `drop`. ' +
      'CLASSES_DIFFER lists the classes that only one of the two datasets has.',
  })
  testDataset?: string | null

  @Field(() => [ID], {
    nullable: true,
    description: 'Every run is made with each of them. Default: the default encoder.',
  })
  encoders?: string[] | null

  @Field(() => CompareSupportInputType, {
    description: 'Which images methods learn from: drawn by the seeds, all, or listed.',
  })
  support: CompareSupportInputType

  @Field(() => [Int], {
    defaultValue: [1],
    description:
      'The seeds of the support sets: 32-bit whole numbers. Each draws other images. With three or more, a lead can be CLEAR.',
  })
  seeds: number[]

  @Field(() => [MethodChoiceType], { description: 'At least one method; each in a space at most once.' })
  methods: MethodChoiceType[]

  @Field(() => Selection, {
    defaultValue: Selection.VALIDATION,
    description:
      'How hyperparameters are selected. VALIDATION fails with NO_VALIDATION_SPLIT if the dataset has no validation images.',
  })
  selection: Selection

  @Field(() => Search, {
    defaultValue: Search.EXACT,
    description: 'How hyperparameters are searched; the same for all runs.',
  })
  search: Search

  @Field(() => KlScaling, {
    defaultValue: KlScaling.FROZEN,
    description: 'How the KL term of Tip-X is scaled. Other terms do not depend on it.',
  })
  klScaling: KlScaling

  @Field(() => Int, {
    defaultValue: 1,
    description:
      'The number of random views that each support image is averaged over, from 1 to 100. 1 uses the image itself.',
  })
  augmentations: number

  @Field(() => Float, {
    nullable: true,
    description:
      'The coverage that prediction sets promise: the share of images whose set holds the true class, between 0 and 1. 0.9 by default.',
  })
  coverage?: number | null

  @Field(() => ID, {
    nullable: true,
    description:
      'A dataset without a class of `dataset`. Its test images belong to no class, and rows tell how well that is noticed.',
  })
  unknownDataset?: string | null

  @Field(() => [ID], {
    nullable: true,
    description:
      'The ids or names of classes that the classifier does not have. Their test images belong to no class, and rows tell how well that is noticed.',
  })
  holdOut?: string[] | null

  @Field(() => String, {
    nullable: true,
    description: 'What a person calls the comparison, of at most 200 characters. Need not be unique.',
  })
  name?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'What a person notes about it, of at most 10,000 characters.',
  })
  notes?: string | null
}

@InputType('UpdateComparisonInput', { description: 'A comparison, and what is said of it from now on.' })
export class UpdateComparisonInputType {
  @Field(() => ID, { description: 'The id of the comparison.' })
  id: string

  @Field(() => String, {
    nullable: true,
    description: 'Its new name, of at most 200 characters; null for none. Left out, it stays.',
  })
  name?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Its new notes, of at most 10,000 characters; null for none. Left out, they stay.',
  })
  notes?: string | null
}

@ObjectType('Statistic', {
  description:
    'A mean over support sets and test images. `low` and `high` are its 95 % interval over other images and, if `n` is at least 2, over other support sets. If `n` is 1, the interval holds for this support set alone. If the interval is not known, it is the whole range of the measure.',
})
export class StatisticType implements Statistic {
  @Field(() => Float, { description: 'The mean over support sets, in the unit of what was measured.' })
  mean: number

  @Field(() => Float, { description: 'Between support sets; 0 if there is one.' })
  standardDeviation: number

  @Field(() => Float, { description: 'The lower end of the 95 % interval, in the same unit.' })
  low: number

  @Field(() => Float, { description: 'The upper end of the 95 % interval, in the same unit.' })
  high: number

  @Field(() => Int, { description: 'The number of support sets, one for each seed.' })
  n: number
}

@ObjectType('UnknownSummary', { description: 'Prediction sets on images of no class.' })
class UnknownSummaryType {
  @Field(() => Int, { description: 'The number of test images that belong to no class.' })
  images: number

  @KeptInPercent()
  @Field(() => StatisticType, {
    description: 'How often the set is empty, from 0 to 1: the image is turned away.',
  })
  turnedAway: Statistic

  @Field(() => Float, {
    nullable: true,
    description:
      'The chance that an image of a known class has a more probable prediction than one of no class, from 0 to 1; 0.5 if they cannot be told apart. The mean over support sets.',
  })
  areaUnderRoc: number | null
}

@ObjectType('SetSummary', { description: 'What prediction sets were worth on the test images.' })
class SetSummaryType {
  @Field(() => Float, { description: 'The coverage that was asked for, between 0 and 1.' })
  promised: number

  @KeptInPercent()
  @Field(() => StatisticType, { description: 'How often the set holds the true class, from 0 to 1.' })
  coverage: Statistic

  @Field(() => StatisticType, { description: 'The number of classes in a set.' })
  size: Statistic

  @KeptInPercent()
  @Field(() => StatisticType, { description: 'How often the set of a test image is empty, from 0 to 1.' })
  empty: Statistic

  @Field(() => UnknownSummaryType, {
    nullable: true,
    description: 'Null without `unknownDataset` and `holdOut`.',
  })
  unknown: UnknownSummary | null
}

@ObjectType('ComparisonRow', {
  description:
    'What one method in one space with one encoder achieved at one number of shots, over all support sets.',
})
export class ComparisonRowType {
  @Field(() => Int, {
    description:
      'The images per class that were asked for; with ALL and LISTED, the number that the largest class has.',
  })
  shots: number

  @Field(() => ClassSizesType, {
    description: 'How many images a class had. With EXACT, all three numbers are `shots`.',
  })
  perClass: ClassSizes

  @Field(() => ClassSizesType, {
    nullable: true,
    description: 'How many prompts a class had. Null for results of earlier versions.',
  })
  prompts: ClassSizes | null

  @Field(() => Int, {
    nullable: true,
    description:
      'The labelled images that the accuracy rests on: support set and selection together, and the most of any seed. Null for results of earlier versions.',
  })
  labelledImages: number | null

  @KeptInPercent()
  @Field(() => StatisticType, {
    nullable: true,
    description:
      'Accuracy on the test images of `dataset` minus accuracy on those of `testDataset`, from -1 to 1, for the same fitted methods. Null without a testDataset, or if the dataset has no test images.',
  })
  drop: Statistic | null

  @Field(() => SetSummaryType, {
    nullable: true,
    description:
      'Prediction sets. Null for results of earlier versions, and where no labelled image could be left out to fit them, as at one shot.',
  })
  sets: SetSummary | null

  @Field(() => String, {
    nullable: true,
    description:
      'Why the results of its runs cannot be read. Then its means are known, but its intervals are not. Null if they can.',
  })
  error?: string

  @Field(() => ErrorCode, {
    nullable: true,
    description: 'The stable code of `error`. Null if nothing is wrong.',
  })
  errorCode?: string
}

for (const name of measureNames) {
  Field(() => StatisticType, { description: measures[name].description })(ComparisonRowType.prototype, name)
  if (measures[name].scale === 100) KeptInPercent()(ComparisonRowType.prototype, name)
}

@ObjectType('ReliabilityBin', {
  description:
    'Predictions of about the same confidence: those above `low` and at most `high`. Well calibrated, `accuracy` is about `confidence`.',
})
export class ReliabilityBinType implements ReliabilityBin {
  @Field(() => Float, { description: 'From 0 to 1.' })
  low: number

  @Field(() => Float, { description: 'From 0 to 1.' })
  high: number

  @Field(() => Int, { description: 'Test images, each counted once per support set.' })
  images: number

  @Field(() => Float, {
    nullable: true,
    description: 'The mean probability of the predicted class, from 0 to 1. Null if there are no images.',
  })
  confidence: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of the images that are classified correctly, from 0 to 1. Null if there are none.',
  })
  accuracy: number | null
}

/** Of an interval of a difference. */
export const lowDescription =
  'The lower end of the 95 % interval over other images and, with two support sets or more, over other support sets. Null if there are fewer than two images.'

@ObjectType('PairwiseTest', {
  description: 'Compares a method with a baseline on the same support sets and test images, by one measure.',
})
export class PairwiseTestType {
  @Field(() => Int, {
    description: 'The images per class that were asked for; with ALL, the number that the largest class has.',
  })
  shots: number

  @Field(() => Measure, { description: 'What is compared.' })
  measure: MeasureName

  @KeptInMeasure()
  @Field(() => Float, {
    description: "The method's mean minus the baseline's, from -1 to 1.",
  })
  difference: number

  @KeptInMeasure()
  @Field(() => Float, { nullable: true, description: lowDescription })
  low: number | null

  @KeptInMeasure()
  @Field(() => Float, { nullable: true, description: 'The upper end of the interval.' })
  high: number | null

  @Field(() => Float, {
    description:
      "The two-sided p-value of no true difference, over images and support sets. With one support set, of McNemar's exact test over its images.",
  })
  pValue: number

  @Field(() => Int, { description: 'The number of support sets that both have finished.' })
  n: number

  @Field(() => Int, { description: 'Support sets where the method is better.' })
  setsWon: number

  @Field(() => Int, {
    description: 'Images where the method is better than the baseline, each counted once per support set.',
  })
  wins: number

  @Field(() => Int, { description: 'Images where the method is worse, each counted once per support set.' })
  losses: number
}

@ObjectType('Comparison', {
  implements: NodeType,
  description: 'Methods measured on the same support sets and the same test images.',
})
export class ComparisonType {
  @Field(() => ID, { description: 'Identifies the comparison; it never changes.' })
  id: string

  @Field(() => String, { nullable: true, description: 'What a person calls it. Null if it has no name.' })
  name: string | null

  @Field(() => String, { description: 'What a person notes about it; may be empty.' })
  notes: string

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When it was put away. It is deleted 7 days later, and can be taken back until then. Null if it was not.',
  })
  discardedAt: Date | null

  @Field(() => JobStatus, { description: 'Whether it waits, runs or has ended, and how.' })
  status: JobStatus

  @Field(() => Float, { description: 'The share of the work that is done, from 0 to 1. Never decreases.' })
  progress: number

  @Field(() => String, {
    nullable: true,
    description: 'Why it failed, or why it waits after a fault. Null if nothing is wrong.',
  })
  error: string | null

  @Field(() => ErrorCode, {
    nullable: true,
    description:
      'The stable code of `error`; where runs have failed, that of the first. Null if nothing is wrong, and for errors of earlier versions.',
  })
  errorCode: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The kind of processor that makes its features, such as `cpu-x64-avx512`: features of several kinds are not mixed. Null until it starts, and for comparisons of earlier versions.',
  })
  processor: string | null

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'When it ended, in whatever way. Null until then.' })
  finishedAt: Date | null
}

export const ComparisonRowConnectionType = connectionOf('ComparisonRowConnection', () => ComparisonRowType)
export const PairwiseTestConnectionType = connectionOf('PairwiseTestConnection', () => PairwiseTestType)
export const ComparisonConnectionType = connectionOf('ComparisonConnection', () => ComparisonType)
