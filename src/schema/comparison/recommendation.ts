import { Arg, Ctx, Field, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql'
import type { ComparisonRow, Rival, WordedRecommendation } from '../../library/index.js'
import type { Context } from '../context.js'
import { Confidence } from '../enums.js'
import { encoderMethodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType, StatisticType } from './comparison.type.js'

@ObjectType('Rival', {
  description: 'The recommended method against another one, at the same number of shots.',
})
class RivalType {
  @Field(() => StatisticType, { description: "The other one's accuracy, percentages." })
  accuracy: StatisticType

  @Field(() => StatisticType, {
    description: "Percentage points, seed by seed: the recommended method's accuracy less this one's.",
  })
  lead: StatisticType

  @Field(() => Int, { description: 'Seeds on which the recommended method is better.' })
  seedsWon: number

  @Field(() => Float, {
    description:
      "Sign-flip test over the test images, two-sided; with one seed it is McNemar's exact test. Seeds share the images, and are not counted as if they were more of them.",
  })
  pValue: number

  @Field(() => Float, {
    description:
      'The same times the number of pairs, since which method is the best is known only after looking.',
  })
  adjustedPValue: number

  @Field(() => Confidence)
  confidence: Confidence
}

@ObjectType('Recommendation', { description: 'Which method to use in which space, at one number of shots.' })
class RecommendationType {
  @Field(() => Int)
  shots: number

  @Field(() => StatisticType, { description: 'Percentages.' })
  accuracy: StatisticType

  @Field(() => Confidence, { description: 'Of being the best of all: the least of the rivals’.' })
  confidence: Confidence

  @Field(() => [RivalType], { description: 'All other methods, the best of them first.' })
  rivals: readonly Rival[]

  @Field(() => Int, { description: 'Pairs of methods that p-values are adjusted for.' })
  pairs: number

  @Field(() => String, { description: 'All of that in words.' })
  text: string
}

@Resolver(() => ComparisonType)
export class RecommendationResolver {
  @FieldResolver(() => RecommendationType, {
    nullable: true,
    description:
      'Which method serves best, by how much, and how sure that is; null while nothing has finished.',
  })
  async recommendation(
    @Root() { id }: ComparisonRow,
    @Arg('shots', () => Int, { nullable: true, description: 'The most that have finished unless given.' })
    shots: number | null | undefined,
    @Ctx() { library, loaders }: Context,
  ): Promise<WordedRecommendation | null> {
    const rows = library.comparisons.rows(await loaders.comparisonRuns.load(id))
    return library.recommend(rows, shots)
  }
}

@Resolver(() => RecommendationType)
export class RecommendationTypeResolver extends encoderMethodAndSpaceOf(() => RecommendationType) {}

@Resolver(() => RivalType)
export class RivalResolver extends encoderMethodAndSpaceOf(() => RivalType) {}
