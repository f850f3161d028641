import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Float, ID, Int, Resolver, Root } from 'type-graphql'
import {
  type DatasetRow,
  type Encoder,
  type FeatureSpace,
  type ImageMap,
  maxMapImages,
  type RunRow,
  requireThumbnailSize,
  type Split as SplitName,
} from '../../library/index.js'
import { absoluteIfKnown, addressOf } from '../address.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { EncoderType } from '../encoder/encoder.js'
import { Split } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { RunType } from '../run/run.js'
import { FeatureSpaceType } from '../space/space.js'

@ArgsType()
class RunMapArguments {
  @Field(() => ID, {
    nullable: true,
    description: 'The space that images are shown in. Default: the space of the run, or else clip.',
  })
  space?: string | null

  @Field(() => Int, {
    defaultValue: maxMapImages,
    description: `The most images, from 1 to ${maxMapImages}. Of more, a sample is shown: the same in every space.`,
  })
  limit: number
}

@ArgsType()
class DatasetMapArguments {
  @Field(() => ID, { nullable: true, description: 'The encoder of the features. Default: the first.' })
  encoder?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The space that images are shown in. Default: clip.',
  })
  space?: string | null

  @Field(() => Int, {
    defaultValue: maxMapImages,
    description: `The most images, from 1 to ${maxMapImages}. Of more, a sample is shown: the same in every space.`,
  })
  limit: number
}

@ObjectType('ImageMap', {
  description:
    'Images as points in a feature space. All lists, and the rows of `components`, have the same order. They are columns, since there may be 10,000 images.',
})
export class ImageMapType {
  @Field(() => Int, { description: 'How many images there are.' })
  total: number

  @Field(() => [Float], {
    description:
      'How much of the variance of the features each component has, from 0 to 1, the greatest first.',
  })
  explained: readonly number[]
}

const mapCost = computed({ base: 3000 })

@Resolver(() => DatasetType)
export class DatasetMapResolver {
  @FieldResolver(() => ImageMapType, {
    description:
      'All images of the dataset as points, those without a label too. A fitted space is fitted on the support pool. Encodes images that have not been encoded, which takes time.',
    complexity: mapCost,
  })
  map(
    @Root() dataset: DatasetRow,
    @Args(() => DatasetMapArguments) input: DatasetMapArguments,
    @Ctx() { library }: Context,
  ): Promise<ImageMap> {
    return library.imageMaps.ofDataset(dataset, input)
  }
}

@Resolver(() => RunType)
export class RunMapResolver {
  @FieldResolver(() => ImageMapType, {
    description:
      'Its test images as points, with what it predicts. A fitted space is fitted on the support set of the run.',
    complexity: mapCost,
  })
  map(
    @Root() run: RunRow,
    @Args(() => RunMapArguments) input: RunMapArguments,
    @Ctx() { library }: Context,
  ): Promise<ImageMap> {
    return library.imageMaps.ofRun(run, input)
  }
}

@Resolver(() => ImageMapType)
export class ImageMapResolver {
  @FieldResolver(() => EncoderType, { description: 'The encoder of the features.' })
  encoder(@Root() { encoder }: ImageMap, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => FeatureSpaceType, { description: 'The space that the images are shown in.' })
  space(@Root() { space }: ImageMap, @Ctx() { library }: Context): FeatureSpace {
    return library.registry.space(space)
  }

  @FieldResolver(() => [ID], { description: 'The ids of the images that are shown.' })
  images(@Root() { images }: ImageMap): string[] {
    return images.map(({ imageId }) => imageId)
  }

  @FieldResolver(() => String, {
    description: `The address of the thumbnail of an image, a template (RFC 6570) with \`{id}\` in the place of its id. ${absoluteIfKnown}`,
  })
  thumbnail(
    @Root() _map: ImageMap,
    @Arg('size', () => Int, { defaultValue: 160, description: 'The most pixels of the longer side.' })
    size: number,
    @Ctx() context: Context,
  ): string {
    requireThumbnailSize(size, 'size')
    return addressOf(`/images/{id}?size=${size}`, context)
  }

  @FieldResolver(() => [Int], {
    nullable: 'items',
    description:
      'The class of each image by its position in the dataset, from 0. Null for an image without a label. Of a run, the class at the time.',
  })
  classes(@Root() { images }: ImageMap): (number | null)[] {
    return images.map(({ classIndex }) => classIndex)
  }

  @FieldResolver(() => [Split], {
    nullable: 'items',
    description: 'The split of each image. Null for an image without a label.',
  })
  splits(@Root() { images }: ImageMap): (SplitName | null)[] {
    return images.map(({ split }) => split)
  }

  @FieldResolver(() => [Int], {
    nullable: 'items',
    description: 'The predicted class of each image, by its position. Null of a dataset.',
  })
  predicted(@Root() { images }: ImageMap): (number | null)[] {
    return images.map(({ predicted }) => predicted)
  }

  @FieldResolver(() => [Float], {
    nullable: 'items',
    description:
      'The probability of the predicted class of each image, from 0 to 1. Null of a dataset, and for results of earlier versions.',
  })
  confidences(@Root() { images }: ImageMap): (number | null)[] {
    return images.map(({ confidence }) => confidence)
  }

  @FieldResolver(() => String, {
    description:
      'The principal components of the features, the greatest first, scaled to unit length before: a row of `explained.length` numbers for each image. Little-endian 32-bit floats, as base64. The first two are a map; all of them are what other layouts, such as UMAP, need.',
  })
  components(@Root() { components: { data } }: ImageMap): string {
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
  }
}
