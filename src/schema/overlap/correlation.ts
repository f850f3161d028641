import { Arg, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import type {
  Coefficient,
  CorrelationPoint,
  DatasetRow,
  Encoder,
  OverlapCorrelation,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { EncoderType } from '../encoder/encoder.js'
import { methodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'

@ObjectType('CorrelationCoefficient')
class CoefficientType implements Coefficient {
  @Field(() => Float, { description: 'From -1 to 1.' })
  value: number

  @Field(() => Float, {
    description:
      "Two-sided, by Student's t with n - 2 degrees of freedom; rough for Spearman's below about ten points. Points of one dataset share their images, so it flatters.",
  })
  pValue: number
}

@ObjectType('OverlapCorrelationPoint', {
  description:
    'One method in one space at one number of shots, against the same method in clip; means over seeds.',
})
class OverlapCorrelationPointType {
  @Field(() => Int)
  shots: number

  @Field(() => Int, { description: 'Seeds that both have finished.' })
  seeds: number

  @Field(() => Float, { description: 'Overlap of the test images in clip.' })
  clipOverlap: number

  @Field(() => Float, {
    description: "Overlap of the test images in the space, fitted on each seed's support set.",
  })
  overlap: number

  @Field(() => Float, { description: 'clipOverlap less overlap.' })
  reduction: number

  @Field(() => Float, { description: 'Test accuracy in clip, a percentage.' })
  clipAccuracy: number

  @Field(() => Float, { description: 'Test accuracy in the space, a percentage.' })
  accuracy: number

  @Field(() => Float, { description: 'accuracy less clipAccuracy, in percentage points.' })
  gain: number
}

@ObjectType('OverlapCorrelation', {
  description: 'Reduction of intra-modal overlap against gain in accuracy.',
})
class OverlapCorrelationType {
  @Field(() => [OverlapCorrelationPointType])
  points: readonly CorrelationPoint[]

  @Field(() => String, {
    nullable: true,
    description: 'Why there are no coefficients, where there are none.',
  })
  reason: string | null
}

@Resolver(() => OverlapCorrelationType)
export class OverlapCorrelationResolver {
  @Query(() => OverlapCorrelationType, {
    description:
      'Whether less overlap goes with more accuracy, over the finished runs of comparisons. A run counts where the same method has been run in clip on the same support set by the same protocol.',
  })
  overlapCorrelation(
    @Arg('comparisons', () => [ID]) comparisons: string[],
    @Ctx() { library }: Context,
  ): Promise<OverlapCorrelation> {
    return library.overlapCorrelation(comparisons)
  }

  @FieldResolver(() => Int, { description: 'How many points.' })
  n(@Root() { points }: OverlapCorrelation): number {
    return points.length
  }

  @FieldResolver(() => CoefficientType, {
    nullable: true,
    description: 'Null where it is not defined: fewer than three points, or no variance.',
  })
  pearson(@Root() { correlation }: OverlapCorrelation): Coefficient | null {
    return correlation?.pearson ?? null
  }

  @FieldResolver(() => CoefficientType, {
    nullable: true,
    description: 'Of the ranks, equal values having the mean of theirs; null where pearson is.',
  })
  spearman(@Root() { correlation }: OverlapCorrelation): Coefficient | null {
    return correlation?.spearman ?? null
  }
}

@Resolver(() => OverlapCorrelationPointType)
export class OverlapCorrelationPointResolver extends methodAndSpaceOf(() => OverlapCorrelationPointType) {
  @FieldResolver(() => DatasetType)
  dataset(@Root() { datasetId }: CorrelationPoint, @Ctx() { loaders }: Context): Promise<DatasetRow> {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => EncoderType)
  encoder(@Root() { encoder }: CorrelationPoint, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }
}
