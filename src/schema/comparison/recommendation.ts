import { Arg, Ctx, Field, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql'
import type { ComparisonRow, Rival, WordedRecommendation } from '../../library/index.js'
import { readsPredictions } from '../complexity.js'
import type { Context } from '../context.js'
import { Confidence, Selection } from '../enums.js'
import { KeptInPercent } from '../fractions.js'
import { encoderMethodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType, lowDescription, StatisticType } from './comparison.type.js'

@ObjectType('Difference', {
  description: 'How one method differs from another, on the same support sets and test images.',
})
class DifferenceType {
  @Field(() => Float, { description: 'The mean difference in accuracy, from -1 to 1.' })
  mean: number

  @Field(() => Float, { description: 'Between support sets; 0 if there is one.' })
  standardDeviation: number

  @Field(() => Float, { nullable: true, description: lowDescription })
  low: number | null

  @Field(() => Float, { nullable: true, description: 'The upper end of the interval.' })
  high: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      "The two-sided p-value of no true difference, over images and support sets. With one support set, of McNemar's exact test. Null if there are fewer than two images.",
  })
  pValue: number | null

  @Field(() => Int, { description: 'The number of support sets that both have finished.' })
  n: number

  @Field(() => Int, { description: 'Support sets where the first method is better.' })
  setsWon: number
}

@ObjectType('Rival', {
  description: 'Compares the recommended method with another one, at the same number of shots.',
})
class RivalType {
  @KeptInPercent()
  @Field(() => StatisticType, { description: "The other method's accuracy, from 0 to 1." })
  accuracy: StatisticType

  @KeptInPercent()
  @Field(() => DifferenceType, { description: "The recommended method's accuracy minus this one's." })
  lead: DifferenceType

  @Field(() => Float, {
    nullable: true,
    description:
      'The p-value of `lead` times `pairs` (Bonferroni), because the best method is chosen after seeing the results.',
  })
  adjustedPValue: number | null

  @Field(() => Confidence, {
    description: 'How certain it is that the recommended method is better than this one.',
  })
  confidence: Confidence
}

@ObjectType('Recommendation', { description: 'The method and space to use at one number of shots.' })
class RecommendationType {
  @Field(() => Int, {
    description: 'The images per class that were asked for; with ALL, the number that the largest class has.',
  })
  shots: number

  @KeptInPercent()
  @Field(() => StatisticType, { description: 'Its test accuracy, from 0 to 1.' })
  accuracy: StatisticType

  @Field(() => Selection, { description: 'How its hyperparameters were selected.' })
  selection: Selection

  @Field(() => Int, {
    nullable: true,
    description:
      'The labelled images that its accuracy rests on: support set and selection together. Null for results of earlier versions.',
  })
  labelledImages: number | null

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
    complexity: readsPredictions,
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
    const rows = await library.comparisons.rows(await loaders.comparisonRuns.load(id))
    return library.recommend(rows, shots)
  }
}

@Resolver(() => RecommendationType)
export class RecommendationTypeResolver extends encoderMethodAndSpaceOf(() => RecommendationType) {}

@Resolver(() => RivalType)
export class RivalResolver extends encoderMethodAndSpaceOf(() => RivalType) {}
