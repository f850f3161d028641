import { Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import { type Encoder, type FeatureSpace, spacesOf } from '../../library/index.js'
import type { Context } from '../context.js'
import { ObjectType } from '../object-type.js'
import { FeatureSpaceType } from '../space/space.js'

@ObjectType('Encoder', {
  description: 'A CLIP model. It maps images and texts to vectors of the same space.',
})
export class EncoderType {
  @Field(() => ID)
  id: string

  @Field(() => String)
  name: string

  @Field(() => Int)
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

  @Field(() => String, { description: 'The precision of its weights: `fp32`, `fp16` or `q8`.' })
  precision: string
}

@Resolver(() => EncoderType)
export class EncoderResolver {
  @Query(() => [EncoderType])
  encoders(@Ctx() { library }: Context): readonly Encoder[] {
    return library.encoders.all
  }

  @FieldResolver(() => [FeatureSpaceType], {
    description: 'The feature spaces that are available for this encoder.',
  })
  spaces(@Root() encoder: Encoder, @Ctx() { library }: Context): FeatureSpace[] {
    return spacesOf(encoder, library.registry)
  }

  @FieldResolver(() => Boolean)
  isDefault(@Root() encoder: Encoder, @Ctx() { library }: Context): boolean {
    return encoder.id === library.encoders.default.id
  }
}
