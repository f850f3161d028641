import { Arg, Ctx, Field, Float, ID, Int, Query, Resolver, registerEnumType } from 'type-graphql'
import type { ClassifierEvaluation, DriftMeasure as Measure } from '../../library/index.js'
import { StatisticType } from '../comparison/comparison.type.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { Split } from '../enums.js'
import { KeptInPercent } from '../fractions.js'
import { ObjectType } from '../object-type.js'

const DriftMeasure = {
  ACCURACY: 'ACCURACY',
  CONFIDENCE: 'CONFIDENCE',
  EMPTY_SETS: 'EMPTY_SETS',
} as const satisfies { [M in Measure]: M }

registerEnumType(DriftMeasure, {
  name: 'DriftMeasure',
  description: 'What may differ between images and the own test images of a classifier.',
  valuesConfig: {
    ACCURACY: { description: 'The share of images that are classified correctly.' },
    CONFIDENCE: { description: 'The distribution of the probability of the predicted class.' },
    EMPTY_SETS: { description: 'The share of images that fit no class.' },
  },
})

@ObjectType('Drift', {
  description: 'Whether a measure differs from that on the own test images of the classifier.',
})
class DriftType {
  @Field(() => DriftMeasure, { description: 'What was compared.' })
  measure: Measure

  @Field(() => Float, {
    description:
      'On the test images of its dataset when the classifier was made, from 0 to 1. Of the confidence, the mean.',
  })
  own: number

  @Field(() => Float, { description: 'On these images, from 0 to 1. Of the confidence, the mean.' })
  here: number

  @Field(() => Float, {
    description:
      "The two-sided p-value of no difference: Fisher's exact test of shares, the test of Kolmogorov and Smirnov of the confidence.",
  })
  pValue: number

  @Field(() => Float, { description: 'The p-value with Holm correction over the measures.' })
  adjustedPValue: number

  @Field(() => Boolean, {
    description: 'Whether it differs by more than chance: the adjusted p-value is below 0.05.',
  })
  hasChanged: boolean
}

@ObjectType('ClassifierEvaluation', { description: 'How a classifier does on images of a dataset.' })
export class ClassifierEvaluationType {
  @Field(() => DatasetType, { description: 'The dataset of the images.' })
  dataset: DatasetType

  @Field(() => Int, { description: 'The number of images that were classified.' })
  images: number

  @Field(() => Int, { description: "The classifier's own support images, which are left out." })
  leftOut: number

  @KeptInPercent()
  @Field(() => StatisticType, {
    nullable: true,
    description: 'From 0 to 1, with its interval over images. Null for images without a label.',
  })
  accuracy: StatisticType | null

  @Field(() => Float, { description: 'The mean probability of the predicted class, from 0 to 1.' })
  confidence: number

  @Field(() => Float, {
    nullable: true,
    description: 'The share of images that fit no class, from 0 to 1. Null if the classifier has no sets.',
  })
  emptySets: number | null

  @Field(() => [DriftType], {
    nullable: true,
    description:
      'Against the figures of the classifier when it was made. Null if its dataset had no test images then.',
  })
  drift: ClassifierEvaluation['drift']
}

@Resolver()
export class ClassifierEvaluationResolver {
  @Query(() => ClassifierEvaluationType, {
    description:
      'Measures a classifier on images of a dataset whose classes it has, and tells whether they differ from its own by more than chance. Encodes images that have not been encoded: if they are many, `startClassifierEvaluation` does it in the background, with progress.',
    complexity: computed({ base: 1000 }),
  })
  evaluateClassifier(
    @Arg('classifier', () => ID, { description: 'Its name or its id.' }) classifier: string,
    @Arg('version', () => Int, { nullable: true, description: 'By default the one in use.' })
    version: number | null | undefined,
    @Arg('dataset', () => ID, { description: 'The id of a dataset whose classes the classifier has.' })
    dataset: string,
    @Arg('split', () => Split, { nullable: true, description: 'TEST by default.' })
    split: Split | null | undefined,
    @Arg('unlabelled', () => Boolean, {
      defaultValue: false,
      description: 'Classifies the images without a label instead of those of a split.',
    })
    unlabelled: boolean,
    @Ctx() { library }: Context,
  ): Promise<ClassifierEvaluation> {
    return library.classifiers.evaluate(classifier, {
      ...{ dataset, unlabelled, split: split ?? null },
      ...(version != null && { version }),
    })
  }
}
