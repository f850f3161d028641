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
import { type Encoder, type FeatureSpace, type SourceInfo, spacesOf } from '../../library/index.js'
import { embeddedEncoder } from '../../settings/schema.js'
import type { Context } from '../context.js'
import { Precision } from '../enums.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { PayloadMutation } from '../payload-mutation.js'
import { FeatureSpaceType } from '../space/space.js'

@ObjectType('Encoder', {
  implements: NodeType,
  description: 'A CLIP model. It maps images and texts to vectors of the same space.',
})
export class EncoderType {
  @Field(() => ID, { description: 'Identifies the encoder, such as `clip-vit-b-16`; it never changes.' })
  id: string

  @Field(() => String, { description: 'For people to read.' })
  name: string

  @Field(() => Int, { description: 'The length of its features.' })
  dimensions: number

  @Field(() => Int, { description: 'The side of the square input image, in pixels.' })
  imageSize: number

  @Field(() => Float, {
    description: 'The factor that turns image-text similarities into logits.',
  })
  logitScale: number

  @Field(() => Float, {
    nullable: true,
    description:
      'The bias of an encoder trained with a sigmoid loss (SigLIP): an image and a text match with probability sigmoid(logitScale · similarity + logitBias). Null for encoders trained with a softmax loss. It does not change which class scores highest.',
  })
  logitBias: number | null

  @Field(() => Precision, { description: 'The precision of its weights.' })
  precision: string
}

@ObjectType('GenericSource', {
  description:
    'Labelled images that tell how the images of an encoder scatter in general, for the spaces `generic`, `generic+…` and `plda`.',
})
export class GenericSourceType {
  @Field(() => String, { description: 'The name of the dataset that it was measured on.' })
  name: string

  @Field(() => Int, { description: 'The number of images that it was measured on.' })
  images: number

  @Field(() => Int, { description: 'The number of their classes.' })
  classes: number
}

@InputType('FitGenericInput', { description: 'Measures how images scatter in general, for an encoder.' })
export class FitGenericInputType {
  @Field(() => ID, { nullable: true, description: 'The default encoder if left out.' })
  encoder?: string | null

  @Field(() => [ID], {
    description: 'Datasets of labelled images of many kinds. Their test images are not used.',
  })
  datasets: string[]
}

@Resolver(() => EncoderType)
export class EncoderResolver {
  @Query(() => [EncoderType], { description: 'All encoders of this service.' })
  encoders(@Ctx() { library }: Context): readonly Encoder[] {
    return library.encoders.all
  }

  @FieldResolver(() => [FeatureSpaceType], {
    description: 'The feature spaces that are available for this encoder.',
  })
  spaces(@Root() encoder: Encoder, @Ctx() { library }: Context): FeatureSpace[] {
    return spacesOf(encoder, library.registry)
  }

  @FieldResolver(() => [GenericSourceType], {
    description:
      'What the spaces that know how images scatter in general were measured on: the datasets of `fitGeneric`, or else what came with the model. Where there is nothing, they measure the other datasets of the library. No source is used on its own dataset, or on one that it shares an image with.',
  })
  generic(@Root() encoder: Encoder, @Ctx() { library }: Context): Promise<readonly SourceInfo[]> {
    return library.generics.sources(encoder)
  }

  @PayloadMutation(
    {
      encoder: { type: () => EncoderType, description: 'The encoder as it is now.' },
    },
    {
      description:
        'Measures how the images of datasets scatter, for the spaces `generic`, `generic+…` and `plda` of an encoder, instead of what was measured before. Encodes images that have no features yet, which takes long for many. Fails with INVALID_GENERIC if a dataset has one class, or no two classes with two images, and with IN_USE while a comparison uses the encoder.',
    },
  )
  async fitGeneric(
    @Arg('input', () => FitGenericInputType, { description: 'The encoder and the datasets.' })
    input: FitGenericInputType,
    @Ctx() { library }: Context,
  ): Promise<Encoder> {
    await library.generics.fit(input)
    return library.encoders.get(input.encoder)
  }

  @FieldResolver(() => Boolean, { description: 'Whether it is used where no encoder is given.' })
  isDefault(@Root() encoder: Encoder, @Ctx() { library }: Context): boolean {
    return encoder.id === library.encoders.default.id
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether it is the small encoder that comes with Shotboard, for trying things out. A real CLIP model is far more accurate.',
  })
  isEmbedded(@Root() encoder: Encoder): boolean {
    return encoder.id === embeddedEncoder
  }
}
