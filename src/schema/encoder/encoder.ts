import { Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import { type Encoder, type FeatureSpace, spacesOf } from '../../library/index.js'
import type { Context } from '../context.js'
import { ObjectType } from '../object-type.js'
import { FeatureSpaceType } from '../space/space.js'

@ObjectType('Encoder', { description: 'A CLIP model: images and texts to vectors of the same space.' })
export class EncoderType {
  @Field(() => ID)
  id: string

  @Field(() => String)
  name: string

  @Field(() => Int)
  dimensions: number

  @Field(() => Int, { description: 'The side of the square that images are brought to, in pixels.' })
  imageSize: number

  @Field(() => Float, {
    description: 'What similarities of images and texts are multiplied by to become logits.',
  })
  logitScale: number

  @Field(() => Float, {
    nullable: true,
    description:
      'The bias of an encoder trained with a sigmoid (SigLIP): the probability that an image and a text belong together is sigmoid(logitScale · similarity + logitBias). Null for one trained with a softmax. Between classes that compete it makes no difference.',
  })
  logitBias: number | null

  @Field(() => String, { description: 'Of its weights: `fp32`, `fp16` or `q8`.' })
  precision: string
}

@Resolver(() => EncoderType)
export class EncoderResolver {
  @Query(() => [EncoderType])
  encoders(@Ctx() { library }: Context): readonly Encoder[] {
    return library.encoders.all
  }

  @FieldResolver(() => [FeatureSpaceType], { description: 'The feature spaces that work on its features.' })
  spaces(@Root() encoder: Encoder, @Ctx() { library }: Context): FeatureSpace[] {
    return spacesOf(encoder, library.registry)
  }

  @FieldResolver(() => Boolean)
  isDefault(@Root() encoder: Encoder, @Ctx() { library }: Context): boolean {
    return encoder.id === library.encoders.default.id
  }
}
