import {
  Arg,
  Ctx,
  Directive,
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
import { atInput, atPart } from '../arguments.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { EncoderType } from '../encoder/encoder.js'
import { Split } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { FeatureSpaceType } from '../space/space.js'

@Directive('@oneOf')
@InputType('OverlapSourceInput', { description: 'What spaces are fitted on, and whose images are compared.' })
class OverlapSourceInputType {
  @Field(() => ID, { nullable: true, description: 'Fits spaces on the whole support pool of this dataset.' })
  dataset?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'Fits spaces on this support set, of whose dataset images are compared.',
  })
  supportSet?: string | null
}

@InputType('OverlapInput', { description: 'The images to compare, and the spaces.' })
class OverlapInputType {
  @Field(() => OverlapSourceInputType, { description: 'A dataset, or a support set.' })
  source: OverlapSourceInputType

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the encoder. Left out: the encoder of the support set, or else the default encoder.',
  })
  encoder?: string | null

  @Field(() => Split, { defaultValue: Split.TEST, description: 'The split of the compared images.' })
  split: Split

  @Field(() => [ID], { nullable: true, description: 'Default: every space of the encoder.' })
  spaces?: string[] | null

  @Field(() => Int, {
    defaultValue: 200,
    description: 'The number of bins of the histograms, from 1 to 2000.',
  })
  bins: number
}

@ObjectType('SimilarityHistogram', {
  description: 'Counts of image pairs by cosine similarity, in bins of equal width.',
})
class SimilarityHistogramType {
  @Field(() => [Float], { description: 'The edges of the bins, from -1 to 1: one more than bins.' })
  edges: readonly number[]

  @Field(() => [Int], { description: 'Pairs of the same class, per bin.' })
  same: readonly number[]

  @Field(() => [Int], { description: 'Pairs of different classes, per bin.' })
  different: readonly number[]
}

@ObjectType('Interval', { description: 'A value with its 95 % bootstrap interval over groups of images.' })
class IntervalType {
  @Field(() => Float, { description: 'The value over all images.' })
  value: number

  @Field(() => Float, { description: 'The lower end of the 95 % interval.' })
  low: number

  @Field(() => Float, { description: 'The upper end of the 95 % interval.' })
  high: number
}

@ObjectType('FeatureVariance', { description: 'How features scatter within classes and between them.' })
class FeatureVarianceType {
  @Field(() => Float, { description: 'Mean squared distance of features from their class mean.' })
  within: number

  @Field(() => Float, { description: 'Mean squared distance of class means from the overall mean.' })
  between: number

  @Field(() => Float, { description: '`within` divided by `between`.' })
  ratio: number
}

@ObjectType('ClassOverlap', {
  description: 'Compares the pairs within a class with its pairs with all other classes.',
})
class ClassOverlapType {
  @Field(() => ClassLabelType, { description: 'The class whose pairs are compared.' })
  class: ClassLabelType

  @Field(() => Float, { description: 'From 0, no overlap, to 1, equal histograms.' })
  overlap: number

  @Field(() => Float, {
    nullable: true,
    description: 'Mean similarity of its own pairs. Null for a class with fewer than two images.',
  })
  meanSame: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'Mean cosine similarity, from -1 to 1, of its images to those of other classes. Null for a class without images.',
  })
  meanDifferent: number | null
}

@ObjectType('ClassPairOverlap', { description: 'How much two classes overlap.' })
class ClassPairOverlapType {
  @Field(() => ClassLabelType, { description: 'The class with the lower index.' })
  first: ClassLabelType

  @Field(() => ClassLabelType, { description: 'The class with the higher index.' })
  second: ClassLabelType

  @Field(() => Float, { description: 'The overlap of the pairs within either class with the pairs across.' })
  overlap: number
}

@ObjectType('SpaceOverlap', { description: 'The overlap in one feature space.' })
class SpaceOverlapType {
  @Field(() => Int, { description: 'The number of images whose pairs were compared.' })
  images: number

  @Field(() => Boolean, {
    description: 'Whether the images are a seeded sample. This is so above 5,000 images.',
  })
  sampled: boolean

  @Field(() => IntervalType, {
    description: 'The overlap coefficient: 0 if the two histograms do not overlap, 1 if they are equal.',
  })
  overlap: IntervalType

  @Field(() => Float, { description: 'Mean cosine similarity of pairs of the same class, from -1 to 1.' })
  meanSame: number

  @Field(() => Float, { description: 'Mean cosine similarity of pairs of different classes, from -1 to 1.' })
  meanDifferent: number

  @Field(() => Float, {
    description: 'The probability that a same-class pair is more similar than a different-class pair.',
  })
  auc: number

  @Field(() => FeatureVarianceType, {
    description: 'Another view of the same: how far features lie from the mean of their class.',
  })
  variance: FeatureVarianceType
}

@ObjectType('ModalityGap', { description: 'The distance between images and texts, in the space `clip`.' })
class ModalityGapType {
  @Field(() => Float, { description: "Mean similarity of an image to its own class's texts." })
  rightClass: number

  @Field(() => Float, { description: "Mean similarity of an image to other classes' texts." })
  wrongClass: number

  @Field(() => Float, {
    description: 'The distance between the mean image feature and the mean text feature.',
  })
  distance: number
}

@ObjectType('OverlapReport', { description: "The overlap of a split's images in each feature space." })
class OverlapReportType {
  @Field(() => ModalityGapType, { description: 'How far images and texts lie apart.' })
  modalityGap: ModalityGapType
}

/** A space's overlap with the dataset that its class indices refer to. */
type SpaceOverlapRoot = OverlapReport['spaces'][number] & { readonly datasetId: string }

@Resolver(() => OverlapReportType)
export class OverlapResolver {
  @Query(() => OverlapReportType, {
    description:
      'Intra-modal overlap per space: how much the similarities within classes and between classes overlap.',
    complexity: computed({ base: 1000, each: 5000, lengths: { spaces: 8 } }),
  })
  overlap(
    @Arg('input', () => OverlapInputType, { description: 'The images to compare, and the spaces.' })
    input: OverlapInputType,
    @Ctx() { library }: Context,
  ): Promise<OverlapReport> {
    const { source, ...how } = input
    return atInput(atPart('source', ['dataset', 'supportSet'], library.overlap({ ...how, ...source })))
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder of the features.' })
  encoder(@Root() { encoder }: OverlapReport, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => [SpaceOverlapType], { description: 'In the order of the request.' })
  spaces(@Root() { datasetId, spaces }: OverlapReport): SpaceOverlapRoot[] {
    return spaces.map((space) => ({ ...space, datasetId }))
  }
}

@Resolver(() => SpaceOverlapType)
export class SpaceOverlapResolver {
  @FieldResolver(() => FeatureSpaceType, { description: 'The feature space that was measured.' })
  space(@Root() { space }: SpaceOverlapRoot, @Ctx() { library }: Context): FeatureSpace {
    return library.registry.space(space)
  }

  @FieldResolver(() => SimilarityHistogramType, { description: 'How similar pairs of images are.' })
  histogram(@Root() { edges, same, different }: SpaceOverlapRoot): SimilarityHistogramType {
    return { edges: [...edges], same: [...same], different: [...different] }
  }

  @FieldResolver(() => [ClassOverlapType], {
    description: 'Each class against all others, in the order of the classes.',
  })
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
    description: 'The pairs of classes that overlap most, highest first. Empty for more than 256 classes.',
  })
  async classPairs(
    @Root() { datasetId, classPairs }: SpaceOverlapRoot,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many to return, 0 or more.' })
    first: number,
    @Ctx() { loaders }: Context,
  ): Promise<ClassPairOverlapType[]> {
    if (first < 0) throw errors.invalidValue({ reason: `first must be at least 0, not ${first}.` }, 'first')
    const labels = await loaders.classes.load(datasetId)
    return classPairs.slice(0, first).map((pair) => ({
      first: labels[pair.first] as ClassRow,
      second: labels[pair.second] as ClassRow,
      overlap: pair.overlap,
    }))
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
