import { Arg, Ctx, Field, FieldResolver, Float, InputType, Int, Query, Resolver, Root } from 'type-graphql'
import { errors } from '../../errors.js'
import type { ClassRow, ImagePrediction, MethodPrediction } from '../../library/index.js'
import { atInput, atPart } from '../arguments.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { Search, Selection } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import {
  ImageErrorType,
  ImageInputType,
  type ImageRoot,
  ImageType,
  imageInput,
  imageNamed,
  imageRootOf,
  requireImageLimit,
} from '../image/image.js'
import { HyperparameterValueType, valueList } from '../method/method.type.js'
import { encoderMethodAndSpaceOf } from '../method/method-and-space.js'
import { MethodChoiceType } from '../method/method-choice.js'
import { ObjectType } from '../object-type.js'
import { PredictionSourceInputType } from './prediction-source.js'

@InputType('PredictInput', {
  description: 'Images, and what to classify them by: a support set with methods, or a comparison.',
})
class PredictInputType {
  @Field(() => PredictionSourceInputType, {
    description: 'A support set, or a comparison, which classifies as it was measured.',
  })
  source: PredictionSourceInputType

  @Field(() => Int, {
    nullable: true,
    description: 'Shots of the comparison; by default the most that it has.',
  })
  shots?: number | null

  @Field(() => Int, { nullable: true, description: 'Seed of the comparison; by default its first.' })
  seed?: number | null

  @Field(() => [ImageInputType], {
    description: 'At least one image. The service limits how many a request may have.',
  })
  images: ImageInputType[]

  @Field(() => [MethodChoiceType], {
    nullable: true,
    description: 'Required with a support set. Of a comparison, all methods by default.',
  })
  methods?: MethodChoiceType[] | null

  @Field(() => Selection, {
    nullable: true,
    description: 'LEAVE_ONE_OUT by default. Leave it out with a comparison, which has its own.',
  })
  selection?: Selection | null

  @Field(() => Search, {
    nullable: true,
    description:
      'How hyperparameters are searched: EXACT by default. Leave it out with a comparison, which has its own.',
  })
  search?: Search | null

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether hyperparameters may be searched for longer than `SHOTBOARD_MAX_SEARCH_SECONDS`. If not, a method that would has the error SEARCH_TOO_LONG after a few seconds.',
  })
  allowLongSearch: boolean

  @Field(() => Int, { defaultValue: 5, description: 'The number of best classes to return.' })
  topK: number

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Compares a support image with its own key as well. By default it is scored without its key and one image of each other class, as in leave-one-out.',
  })
  includeOwnKey: boolean
}

@ObjectType('TermContribution', { description: 'What one term of a method adds to a logit.' })
class TermContributionType {
  @Field(() => String, { description: 'The name of a term of the method.' })
  term: string

  @Field(() => Float, { description: 'The weighted value that the term adds to the logit.' })
  value: number
}

@ObjectType('ClassScore', { description: 'How well a class fits an image.' })
export class ClassScoreType {
  @Field(() => ClassLabelType, { description: 'The class that was scored.' })
  class: ClassLabelType

  @Field(() => Float, { description: 'Softmax of the logits divided by the temperature, from 0 to 1.' })
  probability: number

  @Field(() => Float, { description: 'The sum of the contributions.' })
  logit: number

  @Field(() => [TermContributionType], { description: 'One for each term of the method, in its order.' })
  contributions: readonly TermContributionType[]
}

@ObjectType('Neighbour', { description: 'A support image near an image.' })
class NeighbourType {
  @Field(() => ImageType, { description: 'The support image.' })
  image: ImageType

  @Field(() => ClassLabelType, { description: 'The class that it supports.' })
  class: ClassLabelType

  @Field(() => Float, { description: "Cosine similarity in the method's space." })
  similarity: number
}

@ObjectType('MethodError', { description: 'Why a method gives no answer.' })
class MethodErrorType {
  @Field(() => ErrorCode, { description: 'A stable code, such as PLUGIN_FAILED.' })
  code: string

  @Field(() => String, { description: 'What is wrong, as a sentence.' })
  message: string
}

@ObjectType('MethodPrediction', { description: 'What one method says about one image.' })
class MethodPredictionType {
  @Field(() => Float, {
    description:
      'What the logits of this image are divided by before softmax. It grows with the square root of how far they differ.',
  })
  temperature: number

  @Field(() => [ClassScoreType], { description: 'The top classes, best first.' })
  top: readonly ClassScoreType[]

  @Field(() => Float, {
    description: 'Scoring time per image, averaged over the images of the request.',
  })
  milliseconds: number

  @Field(() => String, {
    nullable: true,
    description:
      'What the answer depends on besides the image, if the method decides for all images of a request together; otherwise null.',
  })
  note: string | null

  @Field(() => MethodErrorType, {
    nullable: true,
    description:
      'Why the method gives no answer; `top` is then empty. Null if it does. Other methods answer all the same.',
  })
  error: MethodErrorType | null
}

@ObjectType('ImagePrediction', { description: 'What all methods say about one image.' })
class ImagePredictionType {
  @Field(() => Boolean, {
    description: 'Whether the image is in the support set, so that its label is known.',
  })
  inSupportSet: boolean

  @Field(() => ImageErrorType, {
    nullable: true,
    description: 'Why the image cannot be classified. Null if it can. Other images are, all the same.',
  })
  error: ImageErrorType | null

  @Field(() => [MethodPredictionType], { description: 'Empty if the image cannot be classified.' })
  predictions: readonly MethodPredictionType[]
}

@Resolver(() => MethodPredictionType)
export class MethodPredictionResolver extends encoderMethodAndSpaceOf(() => MethodPredictionType) {
  @FieldResolver(() => [HyperparameterValueType], {
    description: 'The value of every hyperparameter, given or selected.',
  })
  hyperparameters(@Root() { hyperparameters }: MethodPrediction): HyperparameterValueType[] {
    return valueList(hyperparameters)
  }

  @FieldResolver(() => [ClassLabelType], {
    nullable: true,
    description:
      'The classes among which the true one is with a probability of `coverage`, the most probable first. Empty if none fits. Null if no labelled image could be left out to fit the set, as at one shot.',
  })
  set(
    @Root() prediction: MethodPrediction,
    @Arg('coverage', () => Float, { defaultValue: 0.9, description: 'Between 0 and 1.' }) coverage: number,
  ): readonly ClassRow[] | null {
    return prediction.set(coverage)
  }

  @FieldResolver(() => [NeighbourType], {
    description:
      "The nearest support images in the method's space. Empty if the method does not compare images.",
  })
  async neighbours(
    @Root() prediction: MethodPrediction,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 3,
      description: 'How many to return, 0 or more. There may be fewer.',
    })
    first: number | null,
    @Ctx() context: Context,
  ): Promise<NeighbourRoot[]> {
    const neighbours = await prediction.nearest(neighbourCount(first))
    return Promise.all(
      neighbours.map(async ({ imageId, ...rest }) => ({
        ...rest,
        image: await imageNamed(imageId, context),
      })),
    )
  }
}

type NeighbourRoot = Omit<NeighbourType, 'image'> & { readonly image: ImageRoot }

/** Throws INVALID_VALUE for a negative number of neighbours; 3 by default. */
export function neighbourCount(first: number | null): number {
  const count = first ?? 3
  if (count < 0) throw errors.invalidValue({ reason: `first must be at least 0, not ${count}.` }, 'first')
  return count
}

@Resolver(() => ImagePredictionType)
export class PredictionResolver {
  @Query(() => [ImagePredictionType], {
    description: 'Classifies images and returns the result. Deterministic; stores nothing.',
    complexity: computed({ base: 1000, each: 10, lengths: { images: 1, methods: 1 } }),
  })
  predict(
    @Arg('input', () => PredictInputType, { description: 'The images, and what to classify them by.' })
    input: PredictInputType,
    @Ctx() { library, limits }: Context,
  ): Promise<ImagePrediction[]> {
    requireImageLimit(input.images, limits)
    const { source, images, ...how } = input
    const answers = library.predict({ ...how, ...source, images: images.map(imageInput) })
    return atInput(atPart('source', ['comparison', 'supportSet'], answers))
  }

  @FieldResolver(() => ImageType, {
    description: 'The image that was asked about, in the order of the request.',
  })
  image(@Root() { image }: ImagePrediction): Promise<ImageRoot> {
    return imageRootOf(image)
  }
}
