import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { errors } from '../../errors.js'
import type { ClassRow, Encoder, FeatureSpace, OverlapReport } from '../../library/index.js'
import { atInput } from '../arguments.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { EncoderType } from '../encoder/encoder.js'
import { Split } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { FeatureSpaceType } from '../space/space.js'

@InputType('OverlapInput', { description: 'Exactly one of dataset and supportSet.' })
class OverlapInputType {
  @Field(() => ID, { nullable: true, description: 'Spaces are fitted on its whole support pool.' })
  dataset?: string | null

  @Field(() => ID, { nullable: true, description: 'Spaces are fitted on it.' })
  supportSet?: string | null

  @Field(() => ID, { nullable: true })
  encoder?: string | null

  @Field(() => Split, { defaultValue: Split.TEST, description: 'The images that are compared.' })
  split: Split

  @Field(() => [ID], { nullable: true, description: 'Every space of the encoder unless given.' })
  spaces?: string[] | null

  @Field(() => Int, { defaultValue: 200 })
  bins: number
}

@ObjectType('SimilarityHistogram', {
  description: 'Pairs of images by cosine similarity, bins of equal width.',
})
class SimilarityHistogramType {
  @Field(() => [Float], { description: 'One more than bins, from -1 to 1.' })
  edges: readonly number[]

  @Field(() => [Int], { description: 'Pairs of the same class.' })
  same: readonly number[]

  @Field(() => [Int], { description: 'Pairs of different classes.' })
  different: readonly number[]
}

@ObjectType('Interval', { description: 'With a bootstrap 95 % interval over groups of images.' })
class IntervalType {
  @Field(() => Float)
  value: number

  @Field(() => Float)
  low: number

  @Field(() => Float)
  high: number
}

@ObjectType('FeatureVariance')
class FeatureVarianceType {
  @Field(() => Float, { description: 'Mean squared distance of a feature from its class mean.' })
  within: number

  @Field(() => Float, { description: 'Mean squared distance of a class mean from the mean of all.' })
  between: number

  @Field(() => Float, { description: 'Within over between.' })
  ratio: number
}

@ObjectType('ClassOverlap', { description: "A class's own pairs against its pairs with all others." })
class ClassOverlapType {
  @Field(() => ClassLabelType)
  class: ClassLabelType

  @Field(() => Float)
  overlap: number

  @Field(() => Float, { nullable: true, description: 'Null for a class of fewer than two images.' })
  meanSame: number | null

  @Field(() => Float, { nullable: true })
  meanDifferent: number | null
}

@ObjectType('ClassPairOverlap')
class ClassPairOverlapType {
  @Field(() => ClassLabelType)
  first: ClassLabelType

  @Field(() => ClassLabelType)
  second: ClassLabelType

  @Field(() => Float, { description: 'Of the pairs within either class and the pairs across.' })
  overlap: number
}

@ObjectType('SpaceOverlap')
class SpaceOverlapType {
  @Field(() => Int, { description: 'Images whose pairs were compared.' })
  images: number

  @Field(() => Boolean, { description: 'Whether they are a seeded sample: of more than 5,000 images.' })
  sampled: boolean

  @Field(() => IntervalType, {
    description: 'The overlap coefficient: 0 where the two histograms are apart, 1 where they are one.',
  })
  overlap: IntervalType

  @Field(() => Float)
  meanSame: number

  @Field(() => Float)
  meanDifferent: number

  @Field(() => Float, {
    description: 'Chance that a same-class pair is more similar than a different-class pair.',
  })
  auc: number

  @Field(() => FeatureVarianceType)
  variance: FeatureVarianceType
}

@ObjectType('ModalityGap', { description: 'How far images and texts lie apart, in clip.' })
class ModalityGapType {
  @Field(() => Float, { description: "Mean similarity of an image with its own class's texts." })
  rightClass: number

  @Field(() => Float, { description: "Mean similarity of an image with other classes' texts." })
  wrongClass: number

  @Field(() => Float, { description: "The distance between the two modalities' means." })
  distance: number
}

@ObjectType('OverlapReport')
class OverlapReportType {
  @Field(() => ModalityGapType)
  modalityGap: ModalityGapType
}

/** A space's overlap with the dataset that its class indices mean. */
type SpaceOverlapRoot = OverlapReport['spaces'][number] & { readonly datasetId: string }

@Resolver(() => OverlapReportType)
export class OverlapResolver {
  @Query(() => OverlapReportType, {
    description:
      'Intra-modal overlap: how far similarities within classes and between classes overlap, by space.',
    complexity: computed,
  })
  overlap(
    @Arg('input', () => OverlapInputType) input: OverlapInputType,
    @Ctx() { library }: Context,
  ): Promise<OverlapReport> {
    return atInput(library.overlap(input))
  }

  @FieldResolver(() => EncoderType)
  encoder(@Root() { encoder }: OverlapReport, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => [SpaceOverlapType])
  spaces(@Root() { datasetId, spaces }: OverlapReport): SpaceOverlapRoot[] {
    return spaces.map((space) => ({ ...space, datasetId }))
  }
}

@Resolver(() => SpaceOverlapType)
export class SpaceOverlapResolver {
  @FieldResolver(() => FeatureSpaceType)
  space(@Root() { space }: SpaceOverlapRoot, @Ctx() { library }: Context): FeatureSpace {
    return library.registry.space(space)
  }

  @FieldResolver(() => SimilarityHistogramType)
  histogram(@Root() { edges, same, different }: SpaceOverlapRoot): SimilarityHistogramType {
    return { edges: [...edges], same: [...same], different: [...different] }
  }

  @FieldResolver(() => [ClassOverlapType])
  async classes(
    @Root() { datasetId, classes }: SpaceOverlapRoot,
    @Ctx() { loaders }: Context,
  ): Promise<ClassOverlapType[]> {
    const labels = await loaders.classes.load(datasetId)
    return classes.map(({ classIndex, overlap, meanSame, meanDifferent }) => ({
      class: labels[classIndex] as ClassRow,
      overlap,
      meanSame: finiteOrNull(meanSame),
      meanDifferent: finiteOrNull(meanDifferent),
    }))
  }

  @FieldResolver(() => [ClassPairOverlapType], {
    description: 'The pairs of classes that overlap most, the most first; none for more than 256 classes.',
  })
  async classPairs(
    @Root() { datasetId, classPairs }: SpaceOverlapRoot,
    @Arg('first', () => Int, { defaultValue: 10 }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<ClassPairOverlapType[]> {
    if (first < 0) throw errors.invalidValue({ reason: `There are no ${first} pairs of classes.` }, 'first')
    const labels = await loaders.classes.load(datasetId)
    return classPairs.slice(0, first).map((pair) => ({
      first: labels[pair.first] as ClassRow,
      second: labels[pair.second] as ClassRow,
      overlap: pair.overlap,
    }))
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
