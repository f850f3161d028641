import { Arg, Args, Ctx, Field, FieldResolver, Float, ID, Int, Resolver, Root } from 'type-graphql'
import type { ComparisonRow, Encoder, Page, RowDifference } from '../../library/index.js'
import { readsPredictions } from '../complexity.js'
import type { Context } from '../context.js'
import { EncoderType } from '../encoder/encoder.js'
import { KeptInPercent } from '../fractions.js'
import { methodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'
import { connectionOf, pageOfWhole, WholeList, WholeListArguments } from '../page.js'
import { ComparisonType, StatisticType } from './comparison.type.js'

@ObjectType('ComparisonDifference', {
  description: 'A method in a space at a number of shots, in two comparisons.',
})
class ComparisonDifferenceType {
  @Field(() => Int, { description: 'The images per class that both were asked for.' })
  shots: number

  @KeptInPercent()
  @Field(() => StatisticType, { description: 'The accuracy in this comparison, from 0 to 1.' })
  accuracy: RowDifference['accuracy']

  @KeptInPercent()
  @Field(() => StatisticType, { description: 'The accuracy in the other comparison, from 0 to 1.' })
  otherAccuracy: RowDifference['otherAccuracy']

  @KeptInPercent()
  @Field(() => Float, {
    description: 'The accuracy here minus the accuracy in the other comparison, from -1 to 1.',
  })
  difference: number

  @KeptInPercent()
  @Field(() => Float, { description: 'The lower end of the 95 % interval of the difference.' })
  low: number

  @KeptInPercent()
  @Field(() => Float, { description: 'The upper end of the 95 % interval of the difference.' })
  high: number

  @Field(() => Boolean, {
    description:
      'Whether both were measured on the same test images and share support sets, so that they were compared image by image. If not, the interval follows from the two intervals.',
  })
  paired: boolean
}

const ComparisonDifferenceConnectionType = connectionOf(
  'ComparisonDifferenceConnection',
  () => ComparisonDifferenceType,
)

@Resolver(() => ComparisonType)
export class SideBySideResolver {
  @WholeList()
  @FieldResolver(() => ComparisonDifferenceConnectionType, {
    description:
      'What this comparison and another one both have, on whatever images, and how far they are apart. Fails with UNKNOWN_COMPARISON.',
    complexity: readsPredictions,
  })
  async against(
    @Root() comparison: ComparisonRow,
    @Arg('other', () => ID, { description: 'The id of the other comparison.' }) other: string,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<RowDifference>> {
    const { library, loaders } = context
    return pageOfWhole(
      await library.sideBySide(comparison, await loaders.comparison.load(other)),
      page,
      context,
    )
  }
}

@Resolver(() => ComparisonDifferenceType)
export class ComparisonDifferenceResolver extends methodAndSpaceOf(() => ComparisonDifferenceType) {
  @FieldResolver(() => EncoderType, { description: 'The encoder in this comparison.' })
  encoder(@Root() { encoder }: RowDifference, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder in the other comparison.' })
  otherEncoder(@Root() { otherEncoder }: RowDifference, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(otherEncoder)
  }
}
