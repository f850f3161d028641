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
import type { ImagePrediction, MethodPrediction } from '../../library/index.js'
import { atInput } from '../arguments.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { Selection } from '../enums.js'
import { ImageInputType, type ImageRoot, ImageType, imageInput, requireImageLimit } from '../image/image.js'
import { HyperparameterValueType, valueList } from '../method/method.type.js'
import { methodAndSpaceOf } from '../method/method-and-space.js'
import { MethodChoiceType } from '../method/method-choice.js'
import { ObjectType } from '../object-type.js'

@InputType('PredictInput')
class PredictInputType {
  @Field(() => ID)
  supportSet: string

  @Field(() => [ImageInputType])
  images: ImageInputType[]

  @Field(() => [MethodChoiceType])
  methods: MethodChoiceType[]

  @Field(() => Selection, { defaultValue: Selection.LEAVE_ONE_OUT })
  selection: Selection

  @Field(() => Int, { defaultValue: 5, description: 'The number of best classes to return.' })
  topK: number
}

@ObjectType('TermContribution')
class TermContributionType {
  @Field(() => String)
  term: string

  @Field(() => Float, { description: 'The weighted value that the term adds to the logit.' })
  value: number
}

@ObjectType('ClassScore')
class ClassScoreType {
  @Field(() => ClassLabelType)
  class: ClassLabelType

  @Field(() => Float, { description: 'Softmax of the logits divided by the temperature, from 0 to 1.' })
  probability: number

  @Field(() => Float, { description: 'The sum of the contributions.' })
  logit: number

  @Field(() => [TermContributionType])
  contributions: readonly TermContributionType[]
}

@ObjectType('Neighbour')
class NeighbourType {
  @Field(() => ImageType)
  image: ImageType

  @Field(() => ClassLabelType)
  class: ClassLabelType

  @Field(() => Float, { description: "Cosine similarity in the method's space." })
  similarity: number
}

@ObjectType('MethodPrediction')
class MethodPredictionType {
  @Field(() => Float, { description: 'What logits are divided by before softmax.' })
  temperature: number

  @Field(() => [ClassScoreType], { description: 'The top classes, best first.' })
  top: readonly ClassScoreType[]

  @Field(() => Float, {
    description: 'Scoring time per image, averaged over the images of the request.',
  })
  milliseconds: number
}

@ObjectType('ImagePrediction')
class ImagePredictionType {
  @Field(() => [MethodPredictionType])
  predictions: readonly MethodPredictionType[]
}

@Resolver(() => MethodPredictionType)
export class MethodPredictionResolver extends methodAndSpaceOf(() => MethodPredictionType) {
  @FieldResolver(() => [HyperparameterValueType])
  hyperparameters(@Root() { hyperparameters }: MethodPrediction): HyperparameterValueType[] {
    return valueList(hyperparameters)
  }

  @FieldResolver(() => [NeighbourType], {
    description:
      "The nearest support images in the method's space. Empty if the method does not compare images.",
  })
  neighbours(
    @Root() prediction: MethodPrediction,
    @Arg('first', () => Int, { nullable: true, defaultValue: 3 }) first: number | null,
    @Ctx() { loaders }: Context,
  ): Promise<(Omit<NeighbourType, 'image'> & { image: ImageRoot })[]> {
    const count = first ?? 3
    if (count < 0) throw errors.invalidValue({ reason: `first must be at least 0, not ${count}.` }, 'first')
    return Promise.all(
      prediction.nearest(count).map(async ({ imageId, ...rest }) => ({
        ...rest,
        image: await loaders.image.load(imageId),
      })),
    )
  }
}

@Resolver(() => ImagePredictionType)
export class PredictionResolver {
  @Query(() => [ImagePredictionType], {
    description: 'Classifies images and returns the result. Deterministic; stores nothing.',
    complexity: computed({ base: 1000, each: 10, lengths: { images: 1, methods: 1 } }),
  })
  predict(
    @Arg('input', () => PredictInputType) input: PredictInputType,
    @Ctx() { library, limits }: Context,
  ): Promise<ImagePrediction[]> {
    requireImageLimit(input.images, limits)
    return atInput(library.predict({ ...input, images: input.images.map(imageInput) }))
  }

  @FieldResolver(() => ImageType)
  image(@Root() { image }: ImagePrediction): ImageRoot {
    const { id, width, height, bytes, format, stored } = image
    return { id, width, height, ...(!stored && { unstored: { bytes, format } }) }
  }
}
