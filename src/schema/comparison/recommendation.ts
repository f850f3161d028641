import { Arg, Ctx, Field, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql'
import type { ComparisonRow, Rival, WordedRecommendation } from '../../library/index.js'
import type { Context } from '../context.js'
import { Confidence } from '../enums.js'
import { encoderMethodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType, StatisticType } from './comparison.type.js'

@ObjectType('Rival', {
  description: 'Compares the recommended method with another one, at the same number of shots.',
})
class RivalType {
  @Field(() => StatisticType, { description: "The other method's accuracy, in percent." })
  accuracy: StatisticType

  @Field(() => StatisticType, {
    description: "The recommended method's accuracy minus this one's, in percentage points, per seed.",
  })
  lead: StatisticType

  @Field(() => Int, { description: 'Seeds where the recommended method is better.' })
  seedsWon: number

  @Field(() => Float, {
    description:
      "Of a two-sided sign-flip test over the test images; with one seed, of McNemar's exact test. More seeds do not count as more images, because all seeds share the test images.",
  })
  pValue: number

  @Field(() => Float, {
    description:
      'The p-value times `pairs` (Bonferroni), because the best method is chosen after seeing the results.',
  })
  adjustedPValue: number

  @Field(() => Confidence)
  confidence: Confidence
}

@ObjectType('Recommendation', { description: 'The method and space to use at one number of shots.' })
class RecommendationType {
  @Field(() => Int)
  shots: number

  @Field(() => StatisticType, { description: 'In percent.' })
  accuracy: StatisticType

  @Field(() => Confidence, {
    description: 'Confidence that the method is the best: the lowest confidence among the rivals.',
  })
  confidence: Confidence

  @Field(() => [RivalType], { description: 'All other methods, best first.' })
  rivals: readonly Rival[]

  @Field(() => Int, { description: 'The number of method pairs that p-values are adjusted for.' })
  pairs: number

  @Field(() => String, { description: 'The recommendation as text.' })
  text: string
}

@Resolver(() => ComparisonType)
export class RecommendationResolver {
  @FieldResolver(() => RecommendationType, {
    nullable: true,
    description: 'The best method, its lead, and the confidence in it. Null until a run has finished.',
  })
  async recommendation(
    @Root() { id }: ComparisonRow,
    @Arg('shots', () => Int, {
      nullable: true,
      description: 'Default: the largest number of shots that has finished.',
    })
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
