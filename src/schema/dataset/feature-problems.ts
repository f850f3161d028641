import { Arg, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import type { Encoder, FeatureProblems, ImageRow } from '../../library/index.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { EncoderType } from '../encoder/encoder.js'
import { Split } from '../enums.js'
import { ImageType } from '../image/image.js'
import { ObjectType } from '../object-type.js'
import { ClassLabelType } from './dataset.type.js'

@ObjectType('SuspectLabel', {
  description: 'An image whose label the other images and the texts contradict.',
})
class SuspectLabelType {
  @Field(() => ClassLabelType, { description: 'The class that it has.' })
  label: ClassLabelType

  @Field(() => ClassLabelType, { description: 'The most probable class.' })
  suggested: ClassLabelType

  @Field(() => Float, {
    description: 'The probability of the class that it has, computed without the image.',
  })
  probability: number
}

@ObjectType('NearDuplicate', {
  description: 'Two images of different splits that look the same: what is tested was seen before.',
})
class NearDuplicateType {
  @Field(() => Split, { description: 'The split of `image`.' })
  split: Split

  @Field(() => Split, { description: 'The split of `other`.' })
  otherSplit: Split

  @Field(() => Float, { description: 'The cosine similarity of their features.' })
  similarity: number
}

@ObjectType('CutPrompt', {
  description: 'A prompt that is too long for the encoder, so that its end does not count.',
})
class CutPromptType {
  @Field(() => ClassLabelType, { description: 'The class that it describes.' })
  label: ClassLabelType

  @Field(() => String, { description: 'The whole text, with the end that does not count.' })
  prompt: string
}

@ObjectType('FeatureProblems', { description: 'What the features of an encoder say about a dataset.' })
class FeatureProblemsType {
  @Field(() => [SuspectLabelType], { description: 'The most suspect first.' })
  suspects: readonly SuspectLabelType[]

  @Field(() => [NearDuplicateType], { description: 'The most similar first.' })
  nearDuplicates: readonly NearDuplicateType[]

  @Field(() => [CutPromptType], { description: 'In the order of the classes.' })
  cutPrompts: readonly CutPromptType[]
}

@Resolver(() => FeatureProblemsType)
export class FeatureProblemsResolver {
  @Query(() => FeatureProblemsType, {
    description:
      'Looks for wrong labels in a split, for images of different splits that look the same, and for prompts that are cut. Encodes images that have not been encoded, which takes time.',
    complexity: computed({ base: 1000 }),
  })
  featureProblems(
    @Arg('dataset', () => ID, { description: 'The id of the dataset.' }) dataset: string,
    @Arg('encoder', () => ID, {
      nullable: true,
      description: 'The id of the encoder. Left out: the default encoder.',
    })
    encoder: string | null | undefined,
    @Arg('split', () => Split, {
      defaultValue: Split.SUPPORT_POOL,
      description: 'The split whose labels are looked at.',
    })
    split: Split,
    @Arg('first', () => Int, { defaultValue: 50, description: 'The most entries of each list, up to 1000.' })
    first: number,
    @Arg('similarity', () => Float, {
      defaultValue: 0.98,
      description: 'The cosine similarity from which on two images look the same.',
    })
    similarity: number,
    @Ctx() { library }: Context,
  ): Promise<FeatureProblems> {
    return library.featureProblems({ dataset, encoder: encoder ?? null, split, first, similarity })
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder whose features were looked at.' })
  encoder(@Root() { encoder }: FeatureProblems, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }
}

@Resolver(() => SuspectLabelType)
export class SuspectLabelResolver {
  @FieldResolver(() => ImageType, { description: 'The image whose label is in doubt.' })
  image(
    @Root() { imageId }: FeatureProblems['suspects'][number],
    @Ctx() { loaders }: Context,
  ): Promise<ImageRow> {
    return loaders.image.load(imageId)
  }
}

@Resolver(() => NearDuplicateType)
export class NearDuplicateResolver {
  @FieldResolver(() => ImageType, { description: 'One of the two images.' })
  image(
    @Root() { imageId }: FeatureProblems['nearDuplicates'][number],
    @Ctx() { loaders }: Context,
  ): Promise<ImageRow> {
    return loaders.image.load(imageId)
  }

  @FieldResolver(() => ImageType, { description: 'The other image.' })
  other(
    @Root() { otherId }: FeatureProblems['nearDuplicates'][number],
    @Ctx() { loaders }: Context,
  ): Promise<ImageRow> {
    return loaders.image.load(otherId)
  }
}
