import { Arg, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import type { ClassifiedGiven, ClassRow } from '../../library/index.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import {
  ImageErrorType,
  ImageInputType,
  type ImageRoot,
  ImageType,
  imageInput,
  imageRootOf,
  requireImageLimit,
} from '../image/image.js'
import { ObjectType } from '../object-type.js'
import { ClassScoreType, neighbourCount } from '../prediction/prediction.js'

@ObjectType('ClassifierNeighbour', { description: 'A support image near an image.' })
class ClassifierNeighbourType {
  @Field(() => ID, { description: 'Its SHA-256.' })
  imageId: string

  @Field(() => ImageType, { nullable: true, description: 'Null after it was deleted with its dataset.' })
  image: ImageType | null

  @Field(() => ClassLabelType, { description: 'The class that it supports, as the classifier knows it.' })
  class: ClassLabelType

  @Field(() => Float, { description: "Cosine similarity in the classifier's space." })
  similarity: number
}

@ObjectType('Classification', { description: "A classifier's answer to one image." })
class ClassificationType {
  @Field(() => ImageErrorType, {
    nullable: true,
    description: 'Why this image has no answer. Null if it has one. Other images have theirs all the same.',
  })
  error: ImageErrorType | null

  @Field(() => [ClassScoreType], {
    description: 'The best classes with their probabilities, best first. Empty if there is an error.',
  })
  top: readonly ClassScoreType[]

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether no class fits well enough to be in the set of the classifier's coverage. Null if no set can be told.",
  })
  isNoneOfThese: boolean | null

  @Field(() => Boolean, {
    description: 'Whether it is one of the support images. It is then compared with itself, too.',
  })
  isInSupportSet: boolean

  @Field(() => Float, { description: 'Scoring time per image, averaged over the images of the request.' })
  milliseconds: number
}

@Resolver(() => ClassificationType)
export class ClassificationResolver {
  @Query(() => [ClassificationType], {
    description:
      'Classifies images with a classifier, each by itself. The answers of a version never change. Stores nothing.',
    complexity: computed({ base: 1000, each: 10, lengths: { images: 1 } }),
  })
  classify(
    @Arg('classifier', () => ID, { description: 'Its name or its id.' }) classifier: string,
    @Arg('images', () => [ImageInputType], {
      description: 'At least one image. The service limits how many a request may have.',
    })
    images: ImageInputType[],
    @Arg('version', () => Int, { nullable: true, description: 'The version in use by default.' })
    version: number | null | undefined,
    @Arg('topK', () => Int, { defaultValue: 5, description: 'The number of best classes to return.' })
    topK: number,
    @Ctx() { library, limits }: Context,
  ): Promise<ClassifiedGiven[]> {
    requireImageLimit(images, limits, 'images')
    return library.classifiers.classify({
      ...{ classifier, topK },
      ...(version != null && { version }),
      images: images.map(imageInput),
    })
  }

  @FieldResolver(() => ImageType, {
    description: 'The image that was asked about, in the order of the request.',
  })
  image(@Root() { image }: ClassifiedGiven): Promise<ImageRoot> {
    return imageRootOf(image)
  }

  @FieldResolver(() => [ClassLabelType], {
    nullable: true,
    description:
      'The classes among which the true one is with a probability of `coverage`, the most probable first. Empty if none fits. Null if there is an error, or if no labelled image could be left out to fit the set, as at one shot.',
  })
  set(
    @Root() classification: ClassifiedGiven,
    @Arg('coverage', () => Float, {
      nullable: true,
      description: "Between 0 and 1; the classifier's by default.",
    })
    coverage: number | null | undefined,
  ): readonly ClassRow[] | null {
    return classification.set(coverage ?? undefined)
  }

  @FieldResolver(() => [ClassifierNeighbourType], {
    description:
      "The nearest support images in the classifier's space. Empty if there is an error, or if its method compares no images.",
  })
  async neighbours(
    @Root() { nearest }: ClassifiedGiven,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 3,
      description: 'How many to return, 0 or more. There may be fewer.',
    })
    first: number | null,
    @Ctx() { library }: Context,
  ): Promise<ClassifierNeighbourType[]> {
    const neighbours = await nearest(neighbourCount(first))
    const images = await library.images.getMany(neighbours.map(({ imageId }) => imageId))
    const byId = new Map(images.map((image) => [image.id, image]))
    return neighbours.map((each) => ({ ...each, image: byId.get(each.imageId) ?? null }))
  }
}
