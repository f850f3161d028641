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
      "Two-sided, from Student's t with n - 2 degrees of freedom. Approximate for Spearman's coefficient below about ten points. Points of one dataset share their images, so the true p-value is larger.",
  })
  pValue: number
}

@ObjectType('OverlapCorrelationPoint', {
  description:
    'Compares a method in one space with the same method in `clip`, at one number of shots. Values are means over seeds.',
})
class OverlapCorrelationPointType {
  @Field(() => Int)
  shots: number

  @Field(() => Int, { description: 'The number of seeds that both have finished.' })
  seeds: number

  @Field(() => Float, { description: 'Overlap of the test images in `clip`.' })
  clipOverlap: number

  @Field(() => Float, {
    description: "Overlap of the test images in the space, fitted on each seed's support set.",
  })
  overlap: number

  @Field(() => Float, { description: '`clipOverlap` minus `overlap`.' })
  reduction: number

  @Field(() => Float, { description: 'Test accuracy in `clip`, in percent.' })
  clipAccuracy: number

  @Field(() => Float, { description: 'Test accuracy in the space, in percent.' })
  accuracy: number

  @Field(() => Float, { description: '`accuracy` minus `clipAccuracy`, in percentage points.' })
  gain: number
}

@ObjectType('OverlapCorrelation', {
  description: 'The correlation of reduced intra-modal overlap with gained accuracy.',
})
class OverlapCorrelationType {
  @Field(() => [OverlapCorrelationPointType])
  points: readonly CorrelationPoint[]

  @Field(() => String, {
    nullable: true,
    description: 'Why there are no coefficients. Null if there are.',
  })
  reason: string | null
}

@Resolver(() => OverlapCorrelationType)
export class OverlapCorrelationResolver {
  @Query(() => OverlapCorrelationType, {
    description:
      'Correlates less overlap with more accuracy, over the finished runs of comparisons. A run counts if the same method has also run in `clip`, on the same support set with the same protocol.',
  })
  overlapCorrelation(
    @Arg('comparisons', () => [ID]) comparisons: string[],
    @Ctx() { library }: Context,
  ): Promise<OverlapCorrelation> {
    return library.overlapCorrelation(comparisons)
  }

  @FieldResolver(() => Int, { description: 'The number of points.' })
  n(@Root() { points }: OverlapCorrelation): number {
    return points.length
  }

  @FieldResolver(() => CoefficientType, {
    nullable: true,
    description: 'Null if undefined: fewer than three points, or no variance.',
  })
  pearson(@Root() { correlation }: OverlapCorrelation): Coefficient | null {
    return correlation?.pearson ?? null
  }

  @FieldResolver(() => CoefficientType, {
    nullable: true,
    description: 'The correlation of ranks; equal values share their mean rank. Null when `pearson` is null.',
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
