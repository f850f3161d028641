import { Arg, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import type {
  Coefficient,
  CorrelationPoint,
  DatasetCorrelation,
  DatasetRow,
  Encoder,
  FoundCorrelation,
  OverlapCorrelation,
} from '../../library/index.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { EncoderType } from '../encoder/encoder.js'
import { KeptInPercent } from '../fractions.js'
import { methodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'

@ObjectType('CorrelationInterval', { description: 'From `low` to `high`, both from -1 to 1.' })
class IntervalType {
  @Field(() => Float, { description: 'The lower end, at least -1.' })
  low: number

  @Field(() => Float, { description: 'The upper end, at most 1.' })
  high: number
}

@ObjectType('CorrelationCoefficient', { description: 'A coefficient of correlation with its interval.' })
class CoefficientType implements Coefficient {
  @Field(() => Float, { description: 'From -1 to 1. Positive: more accuracy where there is less overlap.' })
  value: number

  @Field(() => IntervalType, {
    nullable: true,
    description:
      'The 95 % interval. Points are not independent: all points of one space share its overlap, and all points of one dataset its images. So the interval counts spaces (of one dataset) or datasets (of several), not points. Null if there are fewer than four of them.',
  })
  interval: Coefficient['interval']
}

@ObjectType('OverlapCorrelationPoint', {
  description:
    'Compares a method in one space with the same method in `clip`, at one number of shots. Values are means over support sets.',
})
class OverlapCorrelationPointType {
  @Field(() => Int, { description: 'The images per class that were asked for.' })
  shots: number

  @Field(() => Int, { description: 'The number of seeds that both have finished.' })
  seeds: number

  @Field(() => Float, { description: 'Overlap of the test images in `clip`, from 0 to 1.' })
  clipOverlap: number

  @Field(() => Float, {
    description: "Overlap of the test images in the space, fitted on each seed's support set, from 0 to 1.",
  })
  overlap: number

  @Field(() => Float, { description: '`clipOverlap` minus `overlap`, from -1 to 1.' })
  reduction: number

  @KeptInPercent()
  @Field(() => Float, { description: 'Test accuracy in `clip`, from 0 to 1.' })
  clipAccuracy: number

  @KeptInPercent()
  @Field(() => Float, { description: 'Test accuracy in the space, from 0 to 1.' })
  accuracy: number

  @KeptInPercent()
  @Field(() => Float, { description: '`accuracy` minus `clipAccuracy`, from -1 to 1.' })
  gain: number
}

/** What both results have. The schema does not have it as a type. */
@ObjectType('FoundCorrelation')
abstract class FoundCorrelationType implements FoundCorrelation {
  @Field(() => String, {
    description:
      'What was found, in words, with the 95 % interval. It claims a relation only if the interval excludes 0.',
  })
  text: string

  @Field(() => Int, { description: 'The number of points, 0 or more.' })
  n: number

  @Field(() => CoefficientType, {
    nullable: true,
    description: 'The correlation of the values. Null if undefined: too few points, or all the same.',
  })
  pearson: Coefficient | null

  @Field(() => CoefficientType, {
    nullable: true,
    description:
      'The correlation of the ranks within each dataset; equal values share their mean rank. Null when `pearson` is null.',
  })
  spearman: Coefficient | null

  @Field(() => String, {
    nullable: true,
    description: 'Why there are no coefficients. Null if there are.',
  })
  reason: string | null
}

@ObjectType('DatasetOverlapCorrelation', {
  description: 'The correlation of reduced intra-modal overlap with gained accuracy in one dataset.',
})
class DatasetOverlapCorrelationType extends FoundCorrelationType {}

@ObjectType('OverlapCorrelation', {
  description:
    "The correlation of reduced intra-modal overlap with gained accuracy. Datasets are kept apart: each dataset's mean reduction and mean gain are taken out before its points are pooled with those of other datasets.",
})
class OverlapCorrelationType extends FoundCorrelationType {
  @Field(() => [OverlapCorrelationPointType], { description: 'All points, of all datasets.' })
  points: readonly CorrelationPoint[]

  @Field(() => [DatasetOverlapCorrelationType], {
    description: 'Each dataset on its own. A dataset without points is left out.',
  })
  byDataset: readonly DatasetCorrelation[]
}

@Resolver(() => OverlapCorrelationType)
export class OverlapCorrelationResolver {
  @Query(() => OverlapCorrelationType, {
    description:
      'Correlates less overlap with more accuracy, over the finished runs of comparisons, for each dataset and for all. A run counts if the same method has also run in `clip`, on the same support set with the same protocol.',
    complexity: computed({ base: 1000, each: 300, lengths: { comparisons: 1 } }),
  })
  overlapCorrelation(
    @Arg('comparisons', () => [ID], { description: 'The ids of at least one comparison.' })
    comparisons: string[],
    @Ctx() { library }: Context,
  ): Promise<OverlapCorrelation> {
    return library.overlapCorrelation(comparisons)
  }
}

@Resolver(() => DatasetOverlapCorrelationType)
export class DatasetOverlapCorrelationResolver {
  @FieldResolver(() => DatasetType, { description: 'The dataset that it was measured in.' })
  dataset(@Root() { datasetId }: DatasetCorrelation, @Ctx() { loaders }: Context): Promise<DatasetRow> {
    return loaders.dataset.load(datasetId)
  }
}

@Resolver(() => OverlapCorrelationPointType)
export class OverlapCorrelationPointResolver extends methodAndSpaceOf(() => OverlapCorrelationPointType) {
  @FieldResolver(() => DatasetType, { description: 'The dataset of the compared images.' })
  dataset(@Root() { datasetId }: CorrelationPoint, @Ctx() { loaders }: Context): Promise<DatasetRow> {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder of the features.' })
  encoder(@Root() { encoder }: CorrelationPoint, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }
}
